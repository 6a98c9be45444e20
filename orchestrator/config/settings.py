"""All settings, one file, driven by the environment. The README's table lists every variable read here."""

from __future__ import annotations

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from orchestrator.config.lists import stripped
from orchestrator.config.navigation import UNFOLD  # noqa: F401  (a Django setting by its name)

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent.parent
# A variable that is there and empty, as compose files pass it on, is one that is not set.
VAR_DIR = Path(env.str("VAR_DIR", default="") or BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    # A key of this installation's own, made once: links and sessions survive a restart without any set-up.
    from orchestrator.config.secret import read_or_make

    SECRET_KEY = read_or_make(VAR_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "orchestrator.studio",  # before unfold: its templates extend unfold's
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "orchestrator.workspace",
    "orchestrator.customers",
    "orchestrator.events",
    "orchestrator.consents",
    "orchestrator.loyalty",
    "orchestrator.segments",
    "orchestrator.messaging",
    "orchestrator.journeys",
    "orchestrator.tracking",
    "orchestrator.demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "orchestrator.studio.zone.WorkspaceZone",
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
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("MinimumLengthValidator", "CommonPasswordValidator", "NumericPasswordValidator")
]
LOGIN_URL = "admin:login"

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
# Whether a worker delivers two batches at once while there is a backlog, each on a connection of its own.
TURNS_ABREAST = env.bool("TURNS_ABREAST", default=True)
# Where links in messages lead.
PUBLIC_URL = env.str("PUBLIC_URL", default="http://127.0.0.1:8000").rstrip("/")
JOURNEYS_DIR = Path(env.str("JOURNEYS_DIR", default="") or BASE_DIR / "journeys")
