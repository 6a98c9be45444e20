"""READY SEGMENTS: groups that most shops want, with what each is for and why; brought in by one click, then theirs.

Each rule asks what the shop records anyway. Where one names nobody, the page says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.domain.definition.rules import AttributeIs, Happened, InSegment, Rule
from orchestrator.domain.definition.score_rules import ScoreIs, ScoreRanked
from orchestrator.domain.scores.names import KNOWN
from orchestrator.events.models import Event
from orchestrator.journeys.yaml_write import flow
from orchestrator.segments import ready
from orchestrator.segments.models import Score, Segment
from orchestrator.segments.ready_list import KINDS, READY, Ready
from orchestrator.segments.refresh import scope_of
from orchestrator.segments.sampling import Estimate, TooSlow, draw, tally
from orchestrator.segments.scoring.score import current
from orchestrator.studio import rules, scores, words
from orchestrator.studio.links import url_of
from orchestrator.studio.small import hidden
from orchestrator.workspace.models import Workspace

FEW = 2_000  # people looked at for the counts of all of them
_COLUMNS = ("country", "language", "time_zone")


@dataclass(frozen=True, slots=True)
class Shown:
    """One as the page shows it. `url`: where it stands, if it was brought in; `nobody`: why nobody is meant, if so."""

    key: str
    title: str
    aim: str
    why: str
    rule: str
    count: str
    nobody: str
    url: str


class CannotBring(ValueError):
    """Why it cannot be brought in, in words."""


def find(key: str) -> Ready | None:
    """The ready segment of that key."""
    return next((one for one in READY if one.key == key), None)


def bring_in(key: str, now: datetime) -> Segment:
    """Make the segment. Raises CannotBring where there is none of that key, or one stands in its place."""
    one = find(key)
    if one is None:
        raise CannotBring(_("There is no ready segment of that name."))
    if Segment.objects.filter(key=key).exists():
        raise CannotBring(
            _("There is a segment with the key “%(key)s” already: choose another.") % {"key": key}
        )
    return ready.bring_in(one, flow(one.rule), now)


def read_ready(now: datetime) -> list[tuple[str | Promise, list[Shown]]]:
    """All of them by kind, with how many each means: one statement for all counts, and few for why nobody is meant."""
    read = {one.key: read_rule(one.rule) for one in READY}
    counts = _counts(read, now)
    there = dict(Segment.objects.filter(key__in=list(read)).values_list("key", "pk"))
    shown = {one.key: _shown(one, read[one.key], counts.get(one.key), there.get(one.key)) for one in READY}
    return [(title, [shown[one.key] for one in READY if one.kind == kind]) for kind, title in KINDS]


def _counts(read: Mapping[str, Rule], now: datetime) -> Mapping[str, Estimate]:
    try:
        return tally(read, scope_of(Workspace.get().time_zone, now), draw(FEW)).rules
    except TooSlow:
        return {}


def _shown(one: Ready, rule: Rule, count: Estimate | None, pk: int | None) -> Shown:
    return Shown(
        one.key,
        str(one.title),
        str(one.aim),
        str(one.why),
        rules.say(one.rule),
        _said(count),
        why_nobody(rule) if count is not None and not count.high else "",
        url_of("segments_segment", pk) if pk is not None else "",
    )


def _said(count: Estimate | None) -> str:
    """ "412 people", "about 41,000 people" """
    if count is None:
        return ""
    if hidden(count.count):
        return _("a few people")
    people = words.people(count.count)
    return people if count.exact else _("about %(people)s") % {"people": people}


def why_nobody(rule: Rule) -> str:
    """What is missing for a rule that is true of nobody: the first thing, in words."""
    return next(_missing(rule.leaves()), _("Everything it asks is known, and it is true of nobody now."))


def _missing(leaves: Iterator[Rule]) -> Iterator[str]:
    for leaf in leaves:
        if isinstance(leaf, ScoreIs):
            yield from _score_missing(leaf.comparison.name)
        elif isinstance(leaf, ScoreRanked):
            yield from _score_missing(leaf.name)
        elif isinstance(leaf, AttributeIs) and not _attribute_known(leaf.comparison.name):
            yield _("Nobody has the attribute “%(name)s”.") % {"name": words.spaced(leaf.comparison.name)}
        elif isinstance(leaf, Happened) and not Event.objects.filter(name=leaf.event)[:1].exists():
            yield _("No event %(event)s has come yet.") % {"event": leaf.event}
        elif isinstance(leaf, InSegment) and not Segment.objects.filter(key=leaf.segment).exists():
            yield _("There is no segment “%(segment)s”.") % {"segment": leaf.segment}


def _score_missing(name: str) -> Iterator[str]:
    basis = current()
    if basis is None:
        yield _("No scores were computed yet: bringing it in begins them.")
        return
    column, text = KNOWN[name].column or name, KNOWN[name].kind == "text"
    known = Score.objects.exclude(**({column: ""} if text else {f"{column}__isnull": True}))
    if not known[:1].exists():
        missing = scores.say_missing(basis.missing) if name in ("p_alive", "clv", "expected_orders") else ""
        yield missing or _("Of nobody is this known: %(score)s.") % {"score": scores.name_of(name)}


def _attribute_known(name: str) -> bool:
    if name in _COLUMNS:
        return Customer.objects.exclude(**{name: ""})[:1].exists()
    newest = Customer.objects.order_by("-pk").values_list("attributes", flat=True)[:FEW]
    return any(isinstance(one, dict) and one.get(name) is not None for one in newest)
