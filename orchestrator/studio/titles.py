"""Journeys' titles in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import get_language

from orchestrator.journeys.models import Journey


def titled(journeys: QuerySet[Journey]) -> QuerySet[Any]:
    """With the titles that the current version was published with; no query of its own."""
    return journeys.annotate(titles=F("current__definition__title"))


def with_journeys() -> Prefetch[Any]:
    """For `prefetch_related`: the rows' journeys, with their titles."""
    return Prefetch("journey", titled(Journey.objects.all()))


def title_of(journey: Any) -> str:
    """A journey's title as this reader reads it; of a journey that came without its titles, the one it is kept under."""
    return pick(journey, getattr(journey, "titles", None))


def titles_of(keys: Iterable[str]) -> dict[str, str]:
    """Titles by key, in one query; a key that no journey has stands for itself."""
    asked = set(keys)
    if not asked:
        return {}
    known = {one.key: title_of(one) for one in titled(Journey.objects.filter(key__in=asked))}
    return {key: known.get(key, key) for key in asked}


def keyed(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows that name their journey by its key, with what `title_of_key` shows of it; no query of its own."""
    named = Journey.objects.filter(key=OuterRef("journey"))
    return rows.annotate(
        title_kept=Subquery(named.values("title")[:1]),
        titles=Subquery(named.values("current__definition__title")[:1]),
    )


def title_of_key(row: Any) -> str:
    """The title of the journey that a row of `keyed` names; the key where there is none."""
    return _chosen(row.title_kept or row.journey, row.titles)


def pick(journey: Journey, titles: Any) -> str:
    """The published title in the reader's language, unless the title was changed by hand since."""
    return _chosen(journey.title, titles) or str(journey)


def _chosen(title: str, titles: Any) -> str:
    if not isinstance(titles, Mapping) or title not in titles.values():
        return title
    return str(titles.get((get_language() or "").partition("-")[0]) or title)
