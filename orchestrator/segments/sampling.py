"""SAMPLING: of how many a rule would be true, without looking at everybody: exact for a small base, else from a sample.

The sample is of primary keys: one is drawn at random from each of ten thousand equal stretches of the numbers given so
far, and is somebody or nobody. So a key found stands for as many customers as a stretch has numbers, whatever gaps
there are, and no count of the base is needed. The same keys are drawn again while nobody comes: what changes from one
look to the next is the rule's doing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from heapq import nlargest
from random import Random
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rules import AllOf, AnyOf, Not, Rule
from orchestrator.domain.shares import interval
from orchestrator.segments.compile import Scope, compile_rule
from orchestrator.store import deadlines

MOST = 10_000  # customers looked at; an estimate of a half is then within one in a hundred
PATIENCE = 1_000  # milliseconds for one statement
# Of a sample everything is found by its key: to read a table whole costs more, and so does compiling the statement,
# which PostgreSQL thinks worth while by its own estimate (2.9 s instead of 0.5 s for twenty conditions, measured).
_OF_A_SAMPLE = "SET LOCAL jit = off; SET LOCAL enable_seqscan = off"


class TooSlow(Exception):
    """The database would have needed longer than a writer waits."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Keys to look at, in their order; each stands for `weight` customers. `whole`: they are everybody there is."""

    ids: Sequence[int]
    weight: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many: `count` itself if `exact`; else it lies between `low` and `high` in 95 of 100 samples."""

    count: int
    low: int
    high: int
    exact: bool

    @property
    def wide(self) -> int:
        """How far it lies off at most."""
        return max(self.high - self.count, self.count - self.low)


@dataclass(frozen=True, slots=True)
class Tally:
    """The answer: how many customers there are and, by the names that were given, of how many each rule is true.

    `examples`: the newest of those looked at of whom it is.
    """

    base: Estimate
    looked_at: int
    rules: Mapping[str, Estimate]
    examples: Mapping[str, Sequence[int]]


def draw(most: int = MOST) -> Sample:
    """Everybody, if they are not more than `most`; else one key of each of `most` equal stretches."""
    first = list(Customer.objects.order_by("pk").values_list("pk", flat=True)[: most + 1])
    if len(first) <= most:
        return Sample(first, 1.0, whole=True)
    last = Customer.objects.order_by("-pk").values_list("pk", flat=True)[0]
    chance = Random(last)
    width = (last - first[0] + 1) / most
    keys = {first[0] + int((stretch + chance.random()) * width) for stretch in range(most)}
    return Sample(sorted(keys), (last - first[0] + 1) / len(keys), whole=False)


def tally(
    rules: Mapping[str, Rule], scope: Scope, sample: Sample, examples: int = 0, patience: int = PATIENCE
) -> Tally:
    """Of how many customers each rule is true, the erased and the merged left out. Raises TooSlow.

    One statement asks every fact of every customer once, however many rules ask it; groups of rules are put together
    here.
    """
    facts = list({leaf.key: leaf for rule in rules.values() for leaf in rule.leaves()}.values())
    people = Customer.objects.filter(pk__among=sample.ids, erased_at=None, merged_into=None)
    with _patience(patience):
        rows = _asked(people.order_by("-pk"), facts, scope)
    alike: dict[tuple[bool, ...], list[int]] = {}
    for row in rows:
        alike.setdefault(tuple(map(bool, row[1:])), []).append(row[0])
    hits: dict[str, list[int]] = {name: [] for name in rules}
    for truths, keys in alike.items():
        known = {fact.key: truth for fact, truth in zip(facts, truths, strict=True)}
        for name in [name for name, rule in rules.items() if holds(rule, known)]:
            hits[name] += keys
    told = {name: estimate(len(found), sample) for name, found in hits.items()}
    newest = {name: nlargest(examples, found) for name, found in hits.items()}
    return Tally(estimate(len(rows), sample), len(rows), told, newest)


def fulfilled(rules: Mapping[str, Rule], scope: Scope, customer_id: int) -> dict[str, bool]:
    """Whether each rule is true of one customer, by its name."""
    told = tally(rules, scope, Sample([customer_id], 1.0, whole=True))
    return {name: found.count == 1 for name, found in told.rules.items()}


def holds(rule: Rule, known: Mapping[str, bool]) -> bool:
    """Whether a rule is true, given the truth of all that it asks, by key."""
    if isinstance(rule, AllOf):
        return all(holds(part, known) for part in rule.rules)
    if isinstance(rule, AnyOf):
        return any(holds(part, known) for part in rule.rules)
    return not holds(rule.rule, known) if isinstance(rule, Not) else known[rule.key]


def _asked(people: QuerySet[Customer], facts: Sequence[Rule], scope: Scope) -> list[tuple[Any, ...]]:
    """Each with the truth of each fact."""
    columns = {
        f"fact_{number}": ExpressionWrapper(Q(compile_rule(fact, scope)), BooleanField())
        for number, fact in enumerate(facts)
    }
    return list(people.annotate(**columns).values_list("pk", *columns))


def estimate(hits: int, sample: Sample) -> Estimate:
    """For how many everywhere so many of a sample stand."""
    if sample.whole:
        return Estimate(hits, hits, hits, exact=True)
    asked = len(sample.ids)
    low, high = interval(hits, asked)
    everywhere = asked * sample.weight
    return Estimate(round(hits * sample.weight), int(low * everywhere), round(high * everywhere), exact=False)


@contextmanager
def _patience(milliseconds: int) -> Iterator[None]:
    """Statements in here are stopped when they take longer; SQLite takes what it takes, of a sample."""
    try:
        with transaction.atomic():
            if connection.vendor == "postgresql":
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL statement_timeout = {milliseconds:d}; {_OF_A_SAMPLE}")
            yield
    except OperationalError as error:
        if deadlines.passed(error):
            raise TooSlow from None
        raise
