"""What is said to an issuer of OpenID Connect and what is believed of its answers: Authlib, with nothing left to defaults.

Each sign-in asks for the issuer's settings and keys anew: two more requests, and no key that was turned meanwhile is
believed or missed. The issuer is the operator's own choice, often inside their network, so that what keeps webhooks
from reaching inside does not stand before it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.django_client import DjangoOAuth2App, OAuth
from authlib.oidc.core import CodeIDToken
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from joserfc.errors import JoseError
from requests import RequestException

# Signed by a key that the issuer alone has. Never "none", never a secret that both know (HS256).
SIGNED_BY = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
SECONDS, SKEW = 10, 60  # for each answer of the issuer; that its clock may be off
_NAME = "oidc"


class IssuerError(Exception):
    """It did not work; `code` says why, for the log. No word of the issuer's is shown to whoever signs in."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def begin(request: HttpRequest, back: str) -> HttpResponse:
    """Lead to the issuer, with state, nonce and PKCE (S256) that this session alone knows."""
    try:
        return _client().authorize_redirect(request, back)
    except (RequestException, ValueError, RuntimeError, KeyError) as error:
        raise IssuerError("unreachable") from error


def finish(request: HttpRequest) -> tuple[dict[str, Any], str]:
    """What the issuer says of whoever came back, checked, and where it ends its own session ("" if nowhere)."""
    try:
        client = _client()
        if request.GET.get("iss", settings.OIDC["issuer"]) != settings.OIDC["issuer"]:
            raise IssuerError("other_issuer")  # RFC 9207
        token = client.authorize_access_token(
            request, claims_options=_wanted(), claims_cls=CodeIDToken, leeway=SKEW
        )
    except (OAuthError, JoseError) as error:
        what = (getattr(error, "error", None), getattr(error, "claim", None))
        raise IssuerError(" ".join(str(one) for one in what if one) or "refused") from error
    except (RequestException, ValueError, RuntimeError, KeyError, TypeError, AttributeError) as error:
        raise IssuerError("unreadable") from error
    claims = token.get("userinfo")
    if not claims or not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
        raise IssuerError("no_subject")
    return dict(claims), str(client.server_metadata.get("end_session_endpoint") or "")


def _wanted() -> Mapping[str, Mapping[str, Any]]:
    given = settings.OIDC
    return {
        "iss": {"essential": True, "value": given["issuer"]},
        "aud": {"essential": True, "value": given["client_id"]},
    }


def _client() -> DjangoOAuth2App:
    given = settings.OIDC
    client: DjangoOAuth2App = OAuth().register(
        _NAME,
        client_id=given["client_id"],
        client_secret=given["client_secret"],
        server_metadata_url=f"{given['issuer'].rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": given["scopes"],
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
    told = client.load_server_metadata()
    if told.get("issuer") != given["issuer"]:
        raise IssuerError("other_issuer")
    told["id_token_signing_alg_values_supported"] = SIGNED_BY
    told.pop("jwks", None)  # keys come from where they are turned, not from the settings
    return client
