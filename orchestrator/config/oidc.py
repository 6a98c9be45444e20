"""The issuer that people sign in with: what the environment says of it, refused where it cannot be meant."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

LOOPBACK = ("127.0.0.1", "localhost", "::1")
SECOND_FACTOR = ("amr", "issuer", "ours")


def oidc_settings(
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    role_claim: str,
    roles: list[str],
    scopes: str,
    second_factor: str,
    only: bool,
) -> tuple[dict[str, Any] | None, bool]:
    """OIDC, which is None where no issuer is set, and OIDC_ONLY."""
    if not issuer:
        if only:
            raise ImproperlyConfigured("OIDC_ONLY needs OIDC_ISSUER: without it nobody could sign in")
        return None, False
    _check(issuer, client_id, client_secret, second_factor)
    told = {
        "issuer": issuer,
        "client_id": client_id,
        "client_secret": client_secret,
        "role_claim": role_claim or "groups",
        "roles": mapping(roles),
        "scopes": _scopes(scopes),
        "second_factor": second_factor or "amr",
    }
    return told, only


def mapping(written: list[str]) -> dict[str, str]:
    """`value=role` with commas between them: which of the claim's values stands for which of our roles."""
    pairs = [one.rpartition("=") for one in written]
    if not pairs or any(not value.strip() or not role.strip() for value, _, role in pairs):
        raise ImproperlyConfigured(
            "OIDC_ROLES says which group of the issuer is which role, like"
            " “journeys-marketing=marketer,journeys-admins=admin”; without it nobody could sign in"
        )
    return {value.strip(): role.strip() for value, _, role in pairs}


def _check(issuer: str, client_id: str, client_secret: str, second_factor: str) -> None:
    parts = urlsplit(issuer)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ImproperlyConfigured("OIDC_ISSUER must begin with https://: what it says signs people in")
    if not client_id or not client_secret:
        raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
    if second_factor and second_factor not in SECOND_FACTOR:
        raise ImproperlyConfigured(
            f"OIDC_SECOND_FACTOR must be one of {', '.join(SECOND_FACTOR)}, not {second_factor!r}"
        )


def _scopes(written: str) -> str:
    scopes = written.split() or ["openid", "profile", "email"]
    return " ".join(scopes if "openid" in scopes else ["openid", *scopes])
