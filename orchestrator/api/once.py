"""ONCE: a call with an Idempotency-Key has its effect once, however often it comes, and is answered the same each time.

The answer is stored in the transaction of the effect: whoever is killed before the commit has done nothing, and whoever
is killed after it is answered from the store. Kept for a day; what was refused is not kept, so that a mended body may
come under the same key. On SQLite a second call waits for the first; on PostgreSQL it is told that the first is under way.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from orchestrator.accounts.digests import Unreadable, digest, seal_under, unseal_under
from orchestrator.accounts.models import CallAnswer
from orchestrator.accounts.programs import Program
from orchestrator.api.problems import Refused
from orchestrator.store.again import again

HEADER, KEPT = "Idempotency-Key", timedelta(hours=24)
LONGEST = 255
_CLEARED = 200  # old rows that one new row takes along


@dataclass(frozen=True, slots=True)
class Call:
    """One call under a key. `word` is what the caller wrote; the database never has it."""

    caller: str
    word: str
    operation: str
    asked: str

    @property
    def mark(self) -> str:
        """How the table knows it."""
        return digest("call", self.caller, self.word)


def once(handler: Callable[..., Response]) -> Callable[..., Response]:
    """Run a door's handler in one transaction, again after a deadlock, and once for each Idempotency-Key.

    An answer of 400 and above undoes what the handler did.
    """

    @wraps(handler)
    def guarded(view: Any, request: Request, **given: Any) -> Response:
        call = _call(request)
        _ = request.data  # read before the transaction: a body that never ends must hold no lock
        return again(lambda: _run(call, lambda: handler(view, request, **given)))

    return guarded


@transaction.atomic
def _run(call: Call | None, work: Callable[[], Response]) -> Response:
    now = timezone.now()
    if call is not None and (before := _before(call, now)) is not None:
        return before
    answer = work()
    if answer.status_code >= 400:
        transaction.set_rollback(True)
    elif call is not None:
        _keep(call, answer, now)
    return answer


def _call(request: Request) -> Call | None:
    word = request.headers.get(HEADER)
    if word is None:
        return None
    if not (1 <= len(word) <= LONGEST and word.isascii() and word.isprintable()):
        raise Refused("bad_idempotency_key", f"{HEADER} must have 1 to {LONGEST} visible ASCII characters.")
    user = request.user
    caller = f"key:{user.key.pk}" if isinstance(user, Program) else f"user:{user.pk}"
    match = request.resolver_match
    said = json.dumps([request.method, request.path, request.data], sort_keys=True)
    return Call(caller, word, (match.url_name or "")[:63], digest("asked", said))


def _before(call: Call, now: datetime) -> Response | None:
    """The stored answer; None where this is the first call. 409 while the first is under way, 422 for another body."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_number(call.mark)])
            if cursor.fetchone() == (False,):
                raise Refused(
                    "in_flight",
                    f"A call with this {HEADER} is under way; ask again in a moment.",
                    409,
                    headers={"Retry-After": "1"},
                )
    row = CallAnswer.objects.filter(caller=call.caller, mark=call.mark).first()
    if row is None:
        return None
    if row.made_at <= now - KEPT:
        row.delete()
        return None
    if row.asked != call.asked:
        raise Refused("key_reused", f"This {HEADER} came with another call before; take a new one.", 422)
    return _told(row, call)


def _told(row: CallAnswer, call: Call) -> Response:
    try:
        data = json.loads(unseal_under(call.word, row.sealed))
    except (
        Unreadable
    ):  # SECRET_KEY is another since: what was answered is lost, and doing it again would be worse
        raise Refused("key_reused", f"This {HEADER} was used before; take a new one.", 422) from None
    return Response(data, row.status, headers={"Idempotency-Replayed": "true"})


def _keep(call: Call, answer: Response, now: datetime) -> None:
    written = JSONRenderer().render(answer.data)
    CallAnswer.objects.create(
        caller=call.caller, mark=call.mark, operation=call.operation, asked=call.asked,
        status=answer.status_code, sealed=seal_under(call.word, written), made_at=now,
    )  # fmt: skip
    _clear(now)


def _clear(now: datetime) -> None:
    """Take away rows that are older than a day, skipping what another takes at this moment."""
    old = CallAnswer.objects.filter(made_at__lte=now - KEPT).order_by("made_at").values("pk")[:_CLEARED]
    if connection.features.has_select_for_update_skip_locked:
        old = old.select_for_update(skip_locked=True, of=("self",))
    CallAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True))).delete()


def _number(mark: str) -> int:
    """A lock's number: 60 bits of the mark, beside the few numbers that others lock by."""
    return int(mark[:15], 16)
