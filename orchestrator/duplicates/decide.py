"""DECIDE: somebody looked at a pair, and says what it is: one person, two, or to be asked again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from orchestrator.customers.audited import note_of_people
from orchestrator.customers.merge import Pair, merge
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.workspace.audit import Action

State = LikelyDuplicate.State


class Decided(ValueError):
    """The pair is not as it was shown: somebody else decided, or one of them has changed or gone. Nothing is done."""


def unite(pair: LikelyDuplicate, survivor: int, now: datetime, by: Any) -> None:
    """They are one person: the other of the pair is merged into the survivor, by the verb of every merge.

    Decided where the pair is not open; MergeError where they cannot be merged. Who decided is written after the merge, in
    a transaction of its own: the audit log has it with the merge itself.
    """
    if survivor not in (pair.first_id, pair.second_id):
        raise ValueError("the survivor must be one of the pair")
    if not LikelyDuplicate.objects.filter(pk=pair.pk, state=State.OPEN).exists():
        raise Decided
    other = pair.second_id if survivor == pair.first_id else pair.first_id
    merge([Pair(survivor, other)], now, by)
    LikelyDuplicate.objects.filter(pk=pair.pk, state=State.MERGED, decided_by=None).update(
        decided_by=getattr(by, "pk", None)
    )


@transaction.atomic
def tell_apart(pair: LikelyDuplicate, now: datetime, by: Any) -> None:
    """They are two people: no search asks about them again. Decided where the pair is not open."""
    _turn(pair, State.OPEN, state=State.TWO_PEOPLE, decided_at=now, decided_by=getattr(by, "pk", None))
    note_of_people(Action.TOLD_APART, by, (pair.first_id, pair.second_id), now, 2, pair=pair.pk)


@transaction.atomic
def ask_again(pair: LikelyDuplicate, now: datetime, by: Any) -> None:
    """That they are two people was a mistake: the pair is open again. Decided where nobody had said so.

    What was merged is one person for good.
    """
    _turn(pair, State.TWO_PEOPLE, state=State.OPEN, decided_at=None, decided_by=None)
    note_of_people(Action.ASKED_AGAIN, by, (pair.first_id, pair.second_id), now, 2, pair=pair.pk)


def _turn(pair: LikelyDuplicate, was: State, **becomes: Any) -> None:
    if not LikelyDuplicate.objects.filter(pk=pair.pk, state=was).update(**becomes):
        raise Decided
