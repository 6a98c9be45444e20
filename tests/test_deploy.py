"""A production environment passes Django's own check of it; what cannot be safe says so and does not start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from orchestrator.config.https import https_settings, refuse_weak_key, seconds_signed_in, trusted_origins
from tests.environment import ROOT, read_variables

SECURE = {"PUBLIC_URL": "https://journeys.shop.example", "ALLOWED_HOSTS": "journeys.shop.example"}
ASK = """
import django; django.setup()
from django.test import Client
{0}
"""


def run(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """A process of an installation with these settings."""
    kept = {name: value for name, value in os.environ.items() if name not in read_variables()}
    environment = kept | {
        "VAR_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/x.sqlite3",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'plugins'}",
        "DJANGO_SETTINGS_MODULE": "orchestrator.config.settings",
        **settings,
    }
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def checked(folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    return run(folder, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **settings)


@pytest.mark.parametrize(("hsts", "silenced"), [("", 2), ("preload", 0)])
def test_a_production_environment_passes_the_check(tmp_path: Path, hsts: str, silenced: int) -> None:
    done = checked(tmp_path, **SECURE, HSTS=hsts)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"System check identified no issues ({silenced} silenced).\n"


def test_plain_http_does_not_pass_it(tmp_path: Path) -> None:
    done = checked(tmp_path)
    assert done.returncode == 1
    for code in ("W004", "W008", "W012", "W016"):
        assert f"security.{code}" in done.stderr


def test_a_weak_key_does_not_start_and_is_not_shown(tmp_path: Path) -> None:
    done = checked(tmp_path, **SECURE, SECRET_KEY="a-key-too-short")
    assert done.returncode == 1
    assert "needs at least 50 random characters and has 15." in done.stderr
    assert "a-key-too-short" not in done.stderr


@pytest.mark.parametrize(
    ("hsts", "proxies", "hours", "said"),
    [
        ("all", "", "", "HSTS must be one of host, subdomains, preload, not 'all'"),
        ("", "-1", "", "TRUSTED_PROXIES must be a whole number from 0 up, not '-1'"),
        ("", "", "long", "SESSION_HOURS must be a whole number from 1 up, not 'long'"),
        ("", "", "0", "SESSION_HOURS must be a whole number from 1 up, not '0'"),
    ],
)
def test_what_cannot_be_meant_is_refused(hsts: str, proxies: str, hours: str, said: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        seconds_signed_in(hours) and https_settings("https://a.example", hsts, proxies)
    assert str(refused.value) == said


@pytest.mark.parametrize("key", ["k" * 49, "a" * 60, "django-insecure-" + "abcdefgh" * 6])
def test_a_key_that_can_be_guessed_is_refused_where_the_address_is_https(key: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is too easy to guess"):
        refuse_weak_key(key, "https://a.example")
    refuse_weak_key(key, "http://127.0.0.1:8000")


def asked(folder: Path, code: str, **settings: str) -> str:
    done = run(folder, "-c", ASK.format(code), **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_http_leads_to_https_but_for_the_health_check(tmp_path: Path) -> None:
    code = """
client = Client(headers={"host": "journeys.shop.example"})
answer = client.get("/admin/")
print(answer.status_code, answer["Location"], "Strict-Transport-Security" in answer)
print(client.get("/healthz").status_code)
"""
    told = asked(tmp_path, code, **SECURE).splitlines()
    # The database of this installation is not made: the health check says so, instead of leading elsewhere.
    assert told == ["301 https://journeys.shop.example/admin/ False", "503"]


HEADERS = """
client = Client(headers={"host": "journeys.shop.example", "x-forwarded-proto": "https"})
answer = client.get("/")
print(answer.status_code, answer["Location"])
print(*(answer.get(name) for name in (
    "Strict-Transport-Security", "Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Frame-Options",
    "X-Content-Type-Options")), sep="|")
"""


@pytest.mark.parametrize(("hsts", "told"), [("", ""), ("preload", "; includeSubDomains; preload")])
def test_a_page_behind_a_proxy_has_its_headers(tmp_path: Path, hsts: str, told: str) -> None:
    answer, headers = asked(tmp_path, HEADERS, **SECURE, HSTS=hsts).splitlines()
    assert answer == "302 /admin/"
    assert headers == f"max-age=31536000{told}|same-origin|same-origin|DENY|nosniff"


def test_a_proxy_that_is_not_ours_is_not_believed(tmp_path: Path) -> None:
    answer = asked(tmp_path, HEADERS, **SECURE, TRUSTED_PROXIES="0").splitlines()[0]
    assert answer == "301 https://journeys.shop.example/"


@pytest.mark.slow
def test_signing_in_over_https_sets_a_cookie_of_this_host_alone(tmp_path: Path) -> None:
    run(tmp_path, "manage.py", "migrate", "--verbosity", "0")
    code = """
from django.contrib.auth.models import User
User.objects.create_superuser("ola", password="x")
client = Client(headers={"host": "journeys.shop.example"}, enforce_csrf_checks=True)
page = client.get("/admin/login/", secure=True)
data = {"username": "ola", "password": "x", "csrfmiddlewaretoken": client.cookies["csrftoken"].value}
for origin in ("https://evil.example", "https://journeys.shop.example"):
    answer = client.post("/admin/login/", data, secure=True, headers={"origin": origin})
    print(answer.status_code, "__Host-sessionid" in client.cookies)
one = client.cookies["csrftoken"]
print(bool(one["secure"]), one["samesite"])
one = client.cookies["__Host-sessionid"]
print(bool(one["secure"]), bool(one["httponly"]), one["samesite"], one["max-age"], one["path"], repr(one["domain"]))
"""
    told = asked(tmp_path, code, **SECURE, TRUSTED_PROXIES="0").splitlines()
    assert told == ["403 False", "302 True", "True Lax", "True True Lax 43200 / ''"]


def test_plain_http_changes_nothing_but_believes_no_proxy() -> None:
    assert https_settings("http://127.0.0.1:8000", "", "") == {"SECURE_PROXY_SSL_HEADER": None}
    assert https_settings("http://127.0.0.1:8000", "preload", "2") == {
        "SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")
    }


def test_forms_of_the_public_address_are_taken() -> None:
    assert trusted_origins("http://127.0.0.1:8000", []) == []
    assert trusted_origins("https://a.example:8443/x", []) == ["https://a.example:8443"]
    assert trusted_origins("https://a.example", ["https://b.example"]) == [
        "https://b.example",
        "https://a.example",
    ]
    assert trusted_origins("https://a.example", ["https://a.example"]) == ["https://a.example"]


def test_a_login_lasts_a_working_day_or_what_is_said() -> None:
    assert (seconds_signed_in(""), seconds_signed_in("1")) == (43200, 3600)
