"""Second factors: set up, asked for, used, taken away."""

from __future__ import annotations

import secrets
import uuid
from base64 import b32encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlencode

from django.db import transaction
from django_otp.oath import TOTP

from orchestrator.accounts.digests import Unreadable, digest, seal, unseal
from orchestrator.accounts.models import Factor, RecoveryCode
from orchestrator.workspace.audit import Action, note

STEP, DIGITS, DRIFT = (
    30,
    6,
    1,
)  # seconds; as every app has them (RFC 6238); steps that a clock may be off either way
CODES = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is read as another
_HALF = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown: the factor, and whether a recovery code stood in for it."""

    factor: Factor
    recovered: bool


def new_secret() -> bytes:
    """160 random bits, as RFC 4226 wants them."""
    return secrets.token_bytes(20)


def spelled(secret: bytes) -> str:
    """The secret for whoever types it into an app: base32 in groups of four."""
    text = b32encode(secret).decode("ascii")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def uri(secret: bytes, issuer: str, name: str) -> str:
    """What the QR code holds."""
    issuer = issuer.replace(":", " ")  # which parts the two in the label
    label = quote(f"{issuer}:{name}")
    asked = urlencode({"secret": b32encode(secret).decode("ascii"), "issuer": issuer}, quote_via=quote)
    return f"otpauth://totp/{label}?{asked}"


def step_of(secret: bytes, code: str, now: datetime, after: int) -> int | None:
    """The step that a code is of, within one of now's and later than `after`; None if it is of none."""
    if not (code.isascii() and code.isdecimal() and len(code) == DIGITS):
        return None
    totp = TOTP(secret, STEP, digits=DIGITS)
    totp.time = now.timestamp()
    return int(totp.t()) if totp.verify(int(code), DRIFT, after + 1) else None


def set_up(user: Any, secret: bytes, code: str, now: datetime) -> list[str] | None:
    """Make it somebody's, if the code shows that their app has it: the recovery codes, to be shown once; else None."""
    step = step_of(secret, code, now, -1)
    if step is None:
        return None
    with transaction.atomic():
        Factor.objects.filter(user_id=user.pk).delete()
        Factor.objects.create(
            user_id=user.pk, name="totp", secret=seal(secret), last_step=step, trust=uuid.uuid4(), made_at=now, used_at=now,
        )  # fmt: skip
        codes = _new_codes(user, now)
        note(Action.FACTOR_SET_UP, user, user, now)
        return codes


def new_codes(user: Any, now: datetime) -> list[str]:
    """Ten others, asked for by their owner."""
    with transaction.atomic():
        codes = _new_codes(user, now)
        note(Action.CHANGED, user, user, now, recovery_codes=None)
        return codes


def _new_codes(user: Any, now: datetime) -> list[str]:
    """Ten codes of 50 bits, in place of those before. Nothing keeps them: whoever is not shown them now never is."""
    codes = [_code() for _ in range(CODES)]
    rows = [RecoveryCode(user_id=user.pk, digest=_digest(user.pk, code), made_at=now) for code in codes]
    RecoveryCode.objects.filter(user_id=user.pk).delete()
    RecoveryCode.objects.bulk_create(rows)
    return codes


def show(user: Any, written: str, now: datetime) -> Shown | None:
    """Take a code of the app or a recovery code, once; None if it is neither, or was taken before."""
    code = "".join(written.split())
    with transaction.atomic():
        factor = Factor.objects.select_for_update().filter(user_id=user.pk, confirmed=True).first()
        if factor is None:
            return None
        step = step_of(_secret(factor), code, now, factor.last_step)
        if step is None and not _recovers(user, code, now):
            return None
        Factor.objects.filter(pk=factor.pk).update(
            last_step=factor.last_step if step is None else step, used_at=now
        )
        if step is None:
            note(Action.RECOVERY_CODE_USED, user, user, now, left=codes_left(user))
        return Shown(factor, step is None)


def take_away(user: Any, by: Any, action: Action = Action.FACTOR_REMOVED) -> bool:
    """Nothing of it is left: whether there was one. Remembered devices are forgotten with it."""
    with transaction.atomic():
        RecoveryCode.objects.filter(user_id=user.pk).delete()
        gone = bool(Factor.objects.filter(user_id=user.pk).delete()[0])
        if gone:
            note(action, by, user)
        return gone


def forget_devices(user: Any) -> None:
    """No device is remembered any more."""
    Factor.objects.filter(user_id=user.pk).update(trust=uuid.uuid4())


def codes_left(user: Any) -> int:
    """How many recovery codes are unused."""
    return RecoveryCode.objects.filter(user_id=user.pk, used_at=None).count()


def _secret(factor: Factor) -> bytes:
    """Of a factor sealed with a SECRET_KEY that is gone, one that nobody has: no code fits, and nothing breaks."""
    try:
        return unseal(factor.secret)
    except Unreadable:
        return new_secret()


def _recovers(user: Any, code: str, now: datetime) -> bool:
    unused = RecoveryCode.objects.filter(user_id=user.pk, used_at=None, digest=_digest(user.pk, code))
    return unused.update(used_at=now) == 1


def _digest(user_id: int, code: str) -> str:
    return digest("recovery", str(user_id), code.replace("-", "").casefold())


def _code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(2 * _HALF))
    return f"{letters[:_HALF]}-{letters[_HALF:]}"
