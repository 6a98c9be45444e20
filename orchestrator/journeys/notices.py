"""NOTICES: who is to be told what of a request to publish: one letter for each event and person. `notify.py` sends them.

They are noted in the transaction of what they tell of, so that neither is without the other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model

from orchestrator.journeys.edits import editors
from orchestrator.journeys.models import PublishComment, PublishNotice, PublishRequest

_RIGHT = "journeys.approve_publishrequest"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_What = PublishNotice.What


def approvers(request: PublishRequest) -> list[Any]:
    """Everybody who may decide it: they have the right, did not ask, and did not edit."""
    drew = {user for _journey, user in editors([request.journey_id])}
    users = get_user_model()._default_manager.with_perm(_RIGHT, backend=_BACKEND)  # type: ignore[attr-defined]
    return [one for one in users.order_by("pk") if one.pk != request.asked_by_id and one.pk not in drew]


def tell_approvers(request: PublishRequest, now: datetime) -> None:
    """Approval is asked for."""
    _note(request, _What.ASKED, [one.pk for one in approvers(request)], now)


def tell_asker(request: PublishRequest, what: str, now: datetime) -> None:
    """What became of it."""
    _note(request, what, [request.asked_by_id], now)


def tell_thread(said: PublishComment, now: datetime) -> None:
    """Somebody said something: whoever asked is told, and those who have said something before."""
    before = said.request.comments.exclude(author=said.author_id).values_list("author", flat=True)
    heard = {said.request.asked_by_id, *before} - {said.author_id}
    _note(said.request, _What.COMMENTED, sorted(filter(None, heard)), now, said)


def _note(
    request: PublishRequest,
    what: str,
    users: Iterable[int | None],
    now: datetime,
    said: PublishComment | None = None,
) -> None:
    """Of those who have an address."""
    wanted = [pk for pk in users if pk is not None]
    known = get_user_model()._default_manager.filter(pk__in=wanted, is_active=True).exclude(email="")
    PublishNotice.objects.bulk_create(
        [
            PublishNotice(request=request, what=what, comment=said, to_id=pk, made_at=now, due_at=now)
            for pk in known.order_by("pk").values_list("pk", flat=True)
        ],
        ignore_conflicts=True,
    )
