"""How the last search went, in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.duplicate_keys import MOST, Kind
from orchestrator.duplicates.models import DuplicateKey, DuplicateSearch
from orchestrator.studio import words
from orchestrator.studio.numbers import grouped


def say_search(search: DuplicateSearch | None) -> str:
    """When everybody was last looked at, and what came of it; or how far it is."""
    if search is None:
        return _("Nobody has looked for duplicates yet. From the first time on, workers look once a day.")
    told = {"people": grouped(search.people), "found": grouped(search.found), "gone": grouped(search.gone)}
    if search.ended_at is None:
        return _("Workers are looking: %(people)s people read, new pairs so far: %(found)s.") % told
    told["when"] = words.moment(search.ended_at)
    return (
        _("Last looked on %(when)s: %(people)s people, new pairs: %(found)s, no longer alike: %(gone)s.")
        % told
    )


def say_crowds(search: DuplicateSearch | None) -> list[str]:
    """What so many share that nobody is compared by it: only what might be somebody's own, not names that are common."""
    return list(_crowds(search)) if search is not None else []


def _crowds(search: DuplicateSearch) -> Iterator[str]:
    for kind in (Kind.EMAIL, Kind.PHONE, Kind.DEVICE):
        count, people = search.crowds.get(kind.name.lower(), (0, 0))
        if count:
            told: dict[str, Any] = {
                "kind": DuplicateKey.Kind(kind.value).label,
                "count": grouped(count),
                "people": grouped(people),
                "most": MOST,
            }
            yield (
                _(
                    "Shared by more than %(most)s rows (%(kind)s): %(count)s, by %(people)s rows in all."
                    " Nobody is compared by it."
                )
                % told
            )
