"""Access to FCM: a service account signs an assertion, Google answers a token that is good for an hour (RFC 7523)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

from google.auth import crypt, jwt

from orchestrator.sdk import PluginError, Request, Response, Transport, TransportError, retry_after
from orchestrator_push.answers import NotSent

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
EARLY = timedelta(minutes=5)  # a token this near its end is renewed, so that none ends on the way
MEND = "Download the key of a service account as JSON, and give its path or the JSON itself."


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who we are at Google. `token_uri`: where tokens are had."""

    project: str
    email: str
    token_uri: str
    signer: crypt.Signer = field(repr=False)

    @classmethod
    def read(cls, setting: str) -> ServiceAccount:
        """Read PUSH_FCM_CREDENTIALS, a path or the JSON itself; raises PluginError, which never repeats the key."""
        try:
            text = setting if setting.lstrip().startswith("{") else Path(setting).read_text(encoding="utf-8")
            given = json.loads(text)
            signer = crypt.RSASigner.from_service_account_info(given)  # type: ignore[no-untyped-call]
            uri = given.get("token_uri") or "https://oauth2.googleapis.com/token"
            return cls(str(given["project_id"]), str(given["client_email"]), str(uri), signer)
        except OSError as error:
            raise _wrong(f"the file cannot be read ({type(error).__name__}).") from None
        except Exception as error:  # its words may hold the key
            raise _wrong(f"that is no service account's JSON ({type(error).__name__}).") from None


class Tokens:
    """The access token of one process, renewed before it ends."""

    def __init__(self, account: ServiceAccount, clock: Callable[[], datetime]) -> None:
        self.account = account
        self.clock = clock
        self._token = ""
        self._ends: datetime | None = None

    async def get(self, transport: Transport) -> str | NotSent:
        """A token that is still good, or why there is none; either way no message has left."""
        now = self.clock()
        if self._ends is not None and self._ends - now > EARLY:
            return self._token
        try:
            response = await transport.request(self._request(now))
        except TransportError:
            return NotSent(detail="no access token: no connection to Google")
        return self._keep(response, now)

    def forget(self, token: str) -> None:
        """This one was refused: ask for another next time."""
        if token == self._token:
            self._ends = None

    def _request(self, now: datetime) -> Request:
        at = int(now.timestamp())
        account = self.account
        claims = {
            "iss": account.email, "scope": SCOPE, "aud": account.token_uri, "iat": at, "exp": at + 3600,
        }  # fmt: skip
        assertion: bytes = jwt.encode(account.signer, claims)  # type: ignore[no-untyped-call]
        body = urlencode({"grant_type": GRANT, "assertion": assertion.decode()}).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return Request("POST", account.token_uri, headers, body)

    def _keep(self, response: Response, now: datetime) -> str | NotSent:
        refused = NotSent(retry_after(response, now), f"no access token: Google answered {response.status}")
        if response.status != 200:
            return refused
        try:
            said = json.loads(response.body)
            token, seconds = said["access_token"], int(said["expires_in"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return refused
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            return refused
        self._token, self._ends = token, now + timedelta(seconds=seconds)
        return token


def _wrong(what: str) -> PluginError:
    return PluginError("orchestrator_push", f"PUSH_FCM_CREDENTIALS: {what}", MEND)
