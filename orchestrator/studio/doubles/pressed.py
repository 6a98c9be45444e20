"""The buttons of a pair, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.customers.merge import MergeError
from orchestrator.customers.models import Customer
from orchestrator.duplicates.decide import Decided, ask_again, tell_apart, unite
from orchestrator.duplicates.models import LikelyDuplicate
from orchestrator.studio import merging

MERGE, APART, AGAIN = "merge", "apart", "again"
ACTS: Sequence[str] = (MERGE, APART, AGAIN)


def merge(pair: LikelyDuplicate, stays: Customer, now: datetime, by: Any) -> tuple[bool, str]:
    """They are one: whether they are merged now, and how that is told."""
    try:
        unite(pair, stays.pk, now, by)
    except Decided:
        return False, _decided()
    except MergeError as error:
        return False, merging.refused(error)
    return True, _("They are merged: what was the other's is here now.")


def apart(pair: LikelyDuplicate, now: datetime, by: Any) -> tuple[bool, str]:
    """They are two people."""
    told = _("It is noted that they are two people: nobody is asked about them again.")
    return _said(tell_apart, pair, now, by, told)


def again(pair: LikelyDuplicate, now: datetime, by: Any) -> tuple[bool, str]:
    """It was a mistake that they are two people."""
    return _said(ask_again, pair, now, by, _("The pair is open again."))


def _said(
    say: Callable[[LikelyDuplicate, datetime, Any], None],
    pair: LikelyDuplicate,
    now: datetime,
    by: Any,
    told: str,
) -> tuple[bool, str]:
    try:
        say(pair, now, by)
    except Decided:
        return False, _decided()
    return True, told


def _decided() -> str:
    return _("Nothing was done: the pair is decided, or one of them has changed meanwhile. Look again.")
