"""What the pages on retention show: what would go, how much that is, what has no policy, and what is kept and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from orchestrator.domain.retention import SHIPPED, is_much
from orchestrator.journeys.keeping.classes import CLASSES
from orchestrator.journeys.keeping.dry import Looked, look
from orchestrator.journeys.keeping.inactive import names
from orchestrator.journeys.keeping.kept import WHY
from orchestrator.journeys.keeping.readers import readers
from orchestrator.studio import words
from orchestrator.studio.keeping import KEPT, WORDS
from orchestrator.studio.links import url_of
from orchestrator.studio.numbers import grouped
from orchestrator.studio.rules import say_duration
from orchestrator.workspace.models import Retention
from orchestrator.workspace.models.retention import TITLES

MOST = 50_000  # rows of a class that a page looks at
MOST_NAMED = 20


@dataclass(frozen=True, slots=True)
class Class:
    """A class of data in words; `days` in words: what is proposed."""

    name: str
    title: str
    why: str
    law: str
    lost: str
    days: str


@dataclass(frozen=True, slots=True)
class Line:
    """One class on the page of what would go. `policy`: whether it will; else it is a proposal, which takes nothing."""

    title: str
    policy: bool
    kept: str
    count: str
    oldest: str
    newest: str
    people: Sequence[tuple[str, str]]
    last: str


def lines(now: datetime, named: bool) -> Iterator[Line]:
    """Each class, those with a policy first. Bounded windows for each; nothing is written."""
    policies = {one.table: one for one in Retention.objects.all()}
    for table in sorted(WORDS, key=lambda name: name not in policies):
        policy = policies.get(table) or Retention(table=table, days=SHIPPED[table])
        looked = look(policy, now, most=MOST)
        people = _people(looked) if named and table in ("quiet", "inactive") else ()
        yield Line(
            str(capfirst(TITLES[table])),
            table in policies,
            say_duration(f"{policy.days} days"),
            _counted(looked),
            _day(looked.oldest),
            _day(looked.newest),
            people,
            _last(policy),
        )


def much(policy: Retention, now: datetime) -> str:
    """What is asked where more than a tenth would go at once; "" where less would."""
    looked = look(policy, now, most=MOST)
    one = CLASSES[policy.table]
    if looked.more:
        told = {"count": grouped(looked.count)}
        return _("%(count)s rows or more would go at once. Tick this if that is meant.") % told
    all_ = one.model._default_manager.filter(one.among).order_by().values("pk")[: 20 * MOST]
    of = all_.aggregate(count=Count("pk"))["count"]
    if not is_much(looked.count, of):
        return ""
    told = {"count": grouped(looked.count), "of": grouped(of)}
    return _("%(count)s of %(of)s rows would go at once. Tick this if that is meant.") % told


def lost(table: str, days: int) -> Iterator[str]:
    """What is lost, and who reads what would go."""
    yield str(WORDS[table].lost)
    if table == "event":
        found = [f"“{one.key}”" for one in readers(days)]
        rest = len(found) - MOST_NAMED
        named = ", ".join(found[:MOST_NAMED]) + (f" (+{grouped(rest)})" if rest > 0 else "")
        if found:
            yield _("These segments and journeys look back further: %(named)s.") % {"named": named}


def classes(asked: str, policy: str | None) -> list[Class]:
    """The class of a policy or the one that was asked about; else all of them."""
    if policy is not None and policy.isascii() and policy.isdecimal() and len(policy) < 19:
        asked = Retention.objects.filter(pk=policy).values_list("table", flat=True).first() or ""
    return [_class(name) for name in WORDS if not asked or name == asked]


def without() -> list[Class]:
    """The classes that have no policy: they are kept for ever."""
    there = set(Retention.objects.values_list("table", flat=True))
    return [_class(name) for name in WORDS if name not in there]


def kept() -> list[tuple[str, str]]:
    """What never goes by age: why, and which."""
    return [(str(capfirst(KEPT[why])), ", ".join(_named(labels))) for why, labels in WHY.items()]


def _named(labels: Sequence[str]) -> Iterator[str]:
    for label in labels:
        yield str(apps.get_model(label)._meta.verbose_name_plural)


def _class(name: str) -> Class:
    said: Any = WORDS[name]
    title, days = str(capfirst(TITLES[name])), say_duration(f"{SHIPPED[name]} days")
    return Class(name, title, str(said.why), str(said.law), str(said.lost), days)


def _counted(looked: Looked) -> str:
    if looked.more:
        return _("%(count)s or more") % {"count": grouped(looked.count)}
    return grouped(looked.count)


def _people(looked: Looked) -> list[tuple[str, str]]:
    return [(str(one), url_of("customers_customer", one.pk)) for one in names(looked.some)]


def _day(at: datetime | None) -> str:
    return words.moment(at) if at else "–"


def _last(policy: Retention) -> str:
    if policy.passed_at is None:
        return ""
    told = {"when": words.moment(policy.passed_at), "count": grouped(policy.passed)}
    return _("%(when)s: went %(count)s") % told
