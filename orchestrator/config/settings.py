"""All settings, one file, driven by the environment. The README's table lists every variable read here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from orchestrator.config.https import (
    https_settings,
    refuse_weak_key,
    seconds_signed_in,
    trusted_origins,
    trusted_proxies,
)
from orchestrator.config.lists import stripped
from orchestrator.config.mail import mail_settings
from orchestrator.config.navigation import UNFOLD  # noqa: F401  (a Django setting by its name)
from orchestrator.config.oidc import oidc_settings
from orchestrator.config.policy import POLICY
from orchestrator.domain import link_tokens
from orchestrator.domain.outbox import State

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# A variable that is there and empty, as compose files pass it on, is one that is not set.
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
# Where links in messages lead.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    # A key of this installation's own, made once: links and sessions survive a restart without any set-up.
    from orchestrator.config.secret import read_or_make

    SECRET_KEY = read_or_make(VAR_DIR / "secret_key")
refuse_weak_key(SECRET_KEY, PUBLIC_URL)
# What links in messages are signed with, the newest first; without any, a key made of SECRET_KEY signs.
LINK_KEYS = env.str("LINK_KEYS", default="").split()
try:
    link_tokens.parse(LINK_KEYS, SECRET_KEY)
except ValueError as error:
    raise ImproperlyConfigured(f"LINK_KEYS: {error}") from None
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = trusted_origins(PUBLIC_URL, stripped(env.list("CSRF_TRUSTED_ORIGINS", default=[])))
globals().update(
    https_settings(PUBLIC_URL, env.str("HSTS", default=""), env.str("TRUSTED_PROXIES", default=""))
)
TRUSTED_PROXIES = trusted_proxies(PUBLIC_URL, env.str("TRUSTED_PROXIES", default=""))
SESSION_COOKIE_AGE = seconds_signed_in(env.str("SESSION_HOURS", default=""))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = POLICY

INSTALLED_APPS = [
    "orchestrator.studio.apps.StudioConfig",  # before unfold: its templates extend unfold's
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "orchestrator.studio.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_otp",
    "orchestrator.workspace",
    "orchestrator.accounts",
    "orchestrator.customers",
    "orchestrator.events",
    "orchestrator.consents",
    "orchestrator.loyalty",
    "orchestrator.catalog",
    "orchestrator.ingest",
    "orchestrator.sources",
    "orchestrator.segments",
    "orchestrator.duplicates",
    "orchestrator.messaging",
    "orchestrator.moving",
    "orchestrator.journeys",
    "orchestrator.tracking",
    "orchestrator.webhooks",
    "orchestrator.demo",
    "orchestrator.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "orchestrator.studio.signing_in.gate.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "orchestrator.studio.zone.WorkspaceZone",
    "orchestrator.studio.small.SmallCells",
]
ROOT_URLCONF = "orchestrator.config.urls"
WSGI_APPLICATION = "orchestrator.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'orchestrator.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Writers queue for the one lock at BEGIN, not in mid-transaction, where waiting could never end well.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "cached_statements": 1024,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=60)
else:
    raise ImproperlyConfigured("DATABASE_URL must name PostgreSQL (postgres://…) or SQLite (sqlite:///…)")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "memory://"
# Doorbells are rung only where somebody listens; without a broker `manage.py work` sweeps by itself.
DOORBELLS = bool(REDIS_URL)

# Files that are brought in hold people's data: they are kept no longer than somebody may want to mend a row of theirs.
IMPORT_FILE_DAYS = env.int("IMPORT_FILE_DAYS", default=30)
IMPORT_MOST_MB = env.int("IMPORT_MOST_MB", default=500)

LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en")
LANGUAGES = [("en", _("English")), ("pl", _("Polish"))]
LOCALE_PATHS = [BASE_DIR / "orchestrator" / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# The apps' own files are served where nothing has been collected: no step between a checkout and a page that looks.
WHITENOISE_USE_FINDERS = True
AUTHENTICATION_BACKENDS = ["orchestrator.accounts.backend.ThrottledBackend"]
# Argon2id, which costs a guesser memory too; hashes made by PBKDF2 are made anew when their owners sign in.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# How long a link of `manage.py signin let_in` is good; nothing else uses Django's tokens for it.
PASSWORD_RESET_TIMEOUT = 15 * 60
# The issuer that people sign in with (OpenID Connect), if there is one.
_issuer = oidc_settings(
    issuer=env.str("OIDC_ISSUER", default=""),
    client_id=env.str("OIDC_CLIENT_ID", default=""),
    client_secret=env.str("OIDC_CLIENT_SECRET", default=""),
    role_claim=env.str("OIDC_ROLE_CLAIM", default=""),
    roles=stripped(env.list("OIDC_ROLES", default=[])),
    scopes=env.str("OIDC_SCOPES", default=""),
    second_factor=env.str("OIDC_SECOND_FACTOR", default=""),
    only=env.bool("OIDC_ONLY", default=False),
)
OIDC: Any = _issuer[0]
OIDC_ONLY: bool = _issuer[1]
LOGIN_URL = "admin:login"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "orchestrator.api.callers.ProgramAuthentication",
        "orchestrator.api.callers.KeyAuthentication",
        "orchestrator.api.callers.StudioSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_THROTTLE_CLASSES": ["orchestrator.api.callers.CallsOfAnAccount"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "EXCEPTION_HANDLER": "orchestrator.api.problems.answer",
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Journeys",
    "VERSION": "1",
    "DESCRIPTION": "The API of a journey orchestrator. docs/api.md says how to begin.",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_REQUEST": True,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # a test compares the schema with the committed one
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "JourneyStatus": ["draft", "live", "paused", "stopped"],
        "EnrollmentStatus": ["active", "completed", "exited", "failed"],
        "Saved": ["created", "updated", "refused"],
        "Recorded": ["stored", "repeated", "refused"],
        "Said": ["granted", "withdrawn"],
        "MessageState": [state.value for state in State],
    },
}
# Calls of the API that one account may make in a minute.
API_PER_MINUTE = int(env.str("API_PER_MINUTE", default="") or 3000)

# What is on, beside the built-in steps, conditions and the mailbox. Installed is not enabled.
ORCHESTRATOR_PLUGINS = stripped(
    env.list(
        "ORCHESTRATOR_PLUGINS",
        default=["orchestrator_email", "orchestrator_sms", "orchestrator_push", "orchestrator_webhook"],
    )
)
# Addresses and domains that really get messages ("*" = everybody); all others go to the mailbox.
DELIVERY_ALLOWLIST = stripped(env.list("DELIVERY_ALLOWLIST", default=[]))
# Servers of one's own (`host` or `host:port`) that webhooks may reach though they are inside or speak plain http.
OUTBOUND_ALLOWLIST = stripped(env.list("OUTBOUND_ALLOWLIST", default=[]))
# The mail server: of the email plugin, and of what tells staff of alarms. Without one, that is kept in the mailbox.
globals().update(mail_settings(env.str("EMAIL_URL", default="")))
# What webhooks are signed with: those of journeys (the webhook plugin reads it itself), and those that tell of alarms.
WEBHOOK_SECRETS = env.str("WEBHOOK_SECRETS", default="").split()
# Whether a worker delivers two batches at once while there is a backlog, each on a connection of its own.
TURNS_ABREAST = env.bool("TURNS_ABREAST", default=True)
JOURNEYS_DIR = Path(env.str("JOURNEYS_DIR", default="") or BASE_DIR / "journeys")
