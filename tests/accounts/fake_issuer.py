"""An issuer of OpenID Connect on the loopback, with real keys; what it says wrongly is asked of it by name."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "journeys", "a secret that both know"


class FakeIssuer:
    """Gives a code for whoever is asked, and for a code, once, a token."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, parameters={"kid": "one"})
        self.published = [self.key]
        self.claims: dict[str, Any] = {"sub": "s-1", "groups": ["journeys-marketing"]}
        self.header: dict[str, Any] = {}
        self.sign_with: Any = None
        self.unsigned = False
        self.secret: bytes | None = None
        self.says_issuer = ""
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def agree(self, location: str) -> tuple[str, str]:
        """What the person's browser brings back after they said yes: code and state."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert (asked["response_type"], asked["client_id"], asked["code_challenge_method"]) == (
            "code",
            CLIENT,
            "S256",
        )
        code = secrets.token_urlsafe(9)
        self._codes[code] = asked
        return code, asked["state"]

    def turn_key(self) -> None:
        """Another key; the old one is no longer published."""
        self.key = RSAKey.generate_key(2048, parameters={"kid": "two"})
        self.published = [self.key]

    def _settings(self) -> dict[str, Any]:
        return {
            "issuer": self.says_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "end_session_endpoint": f"{self.issuer}/end",
            # An issuer that would take anything: what we take is ours to say.
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    def _keys(self) -> dict[str, Any]:
        return KeySet(self.published).as_dict(private=False)

    def _token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self._codes.pop(form.get("code", ""), None)
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked is None or authorization != basic:
            return 400, {"error": "invalid_grant"}
        made = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(made).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        return 200, {
            "access_token": "a",
            "token_type": "Bearer",
            "expires_in": 60,
            "id_token": self._id_token(asked),
        }

    def _id_token(self, asked: dict[str, str]) -> str:
        now = int(time.time())
        claims = {
            "iss": self.issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": asked["nonce"], **self.claims,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.unsigned:
            return f"{_coded({'alg': 'none'}, claims)}."
        if self.secret is not None:
            signed = _coded({"alg": "HS256", "kid": self.key.kid}, claims)
            return f"{signed}.{_b64(hmac.digest(self.secret, signed.encode(), 'sha256'))}"
        header = {"alg": "RS256", "kid": self.key.kid, **self.header}
        return jwt.encode(header, claims, self.sign_with or self.key, algorithms=["RS256"])

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                issuer.asked.append(self.path)
                if self.path == "/.well-known/openid-configuration":
                    self._answer(200, issuer._settings())
                elif self.path == "/keys":
                    self._answer(200, issuer._keys())
                else:
                    self._answer(404, {})

            def do_POST(self) -> None:
                issuer.asked.append(self.path)
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = {name: values[0] for name, values in parse_qs(body).items()}
                self._answer(*issuer._token(form, self.headers.get("Authorization", "")))

            def _answer(self, status: int, told: dict[str, Any]) -> None:
                body = json.dumps(told).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Quiet."""

        return Handler


def _coded(*parts: dict[str, Any]) -> str:
    """By hand: a careful library neither leaves a token unsigned nor takes a public key for a secret."""
    return ".".join(_b64(json.dumps(one).encode()) for one in parts)


def _b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
