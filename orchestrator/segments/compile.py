"""The rule language turned into SQL: one compiler for one customer, a batch, and the whole base.

A rule becomes a two-valued condition over rows of customers or of enrollments (`Subject`), bounded by
`occurred_at <= now`, so that a virtual clock sees what was true then. Rules about rooms above this one are compiled
by functions which those rooms register.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    Count,
    Exists,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.domain.definition.rules import (
    AllOf,
    AnyOf,
    AttributeIs,
    Consented,
    EnteredBy,
    Happened,
    InSegment,
    Not,
    Rule,
)
from orchestrator.domain.durations import Duration
from orchestrator.domain.orders import PLACED
from orchestrator.events.models import Event
from orchestrator.events.net_sql import Changed, Stands, Worth, left
from orchestrator.segments.comparisons import LOOKUPS, bounded, condition
from orchestrator.segments.json_values import JsonValue
from orchestrator.segments.models import Membership
from orchestrator.store.fields import MoneyField
from orchestrator.store.prepared import Given


@dataclass(frozen=True, slots=True)
class Subject:
    """How the rows being filtered name their customer and, if they are enrollments, the passage."""

    customer: str
    prefix: str
    passage: bool = False


CUSTOMERS = Subject("pk", "")
ENROLLMENTS = Subject("customer_id", "customer__", passage=True)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a rule is compiled for: the rows, the moment, the workspace's zone and the brand whose consents count."""

    subject: Subject
    now: datetime | Given
    zone: ZoneInfo
    brand_id: int

    def start_of(self, within: Duration) -> datetime | Given:
        """When a window that ends now began."""
        if isinstance(self.now, Given):
            return Given(self.now.name, lambda now: within.before(now, self.zone))
        return within.before(self.now, self.zone)


Condition = Any  # a Django conditional expression
Compiler = Callable[[Any, Scope], Condition]
_compilers: dict[type[Rule], Compiler] = {}
_COLUMNS = frozenset({"language", "country", "time_zone"})


def register(kind: type[Rule], compiler: Compiler) -> None:
    """Let a room above compile its own kind of rule."""
    _compilers[kind] = compiler


def compile_rule(rule: Rule, scope: Scope) -> Condition:
    """The rule as a condition for `QuerySet.filter`; never NULL, so that `not` means not."""
    return _compilers[type(rule)](rule, scope)


def truth(expression: Any) -> Condition:
    """An SQL condition made two-valued: NULL is false."""
    return Case(When(expression, then=Value(True)), default=Value(False), output_field=BooleanField())


def _all(rule: AllOf, scope: Scope) -> Condition:
    return (
        Q(*(Q(compile_rule(part, scope)) for part in rule.rules))
        if rule.rules
        else truth(Q(pk__isnull=False))
    )


def _any(rule: AnyOf, scope: Scope) -> Condition:
    if not rule.rules:
        return truth(Q(pk__isnull=True))
    return Q(*(Q(compile_rule(part, scope)) for part in rule.rules), _connector=Q.OR)


def _not(rule: Not, scope: Scope) -> Condition:
    return ~Q(truth(Q(compile_rule(rule.rule, scope))))


def _attribute(rule: AttributeIs, scope: Scope) -> Condition:
    name = rule.comparison.name
    if name in _COLUMNS:
        return condition(rule.comparison, column=scope.subject.prefix + name)
    return condition(rule.comparison, json=scope.subject.prefix + "attributes")


def _happened(rule: Happened, scope: Scope) -> Condition:
    """Of orders net: by the longer way for those alone who cancelled one or gave something back."""
    if rule.event != PLACED:
        return _counted(rule, scope, net=False)
    changed = Changed(scope.subject.customer, scope.now)
    if rule.count or rule.total or any(one.name == "amount" for one in rule.where):
        net = When(changed, then=truth(Q(_counted(rule, scope, net=True))))
        default = truth(Q(_counted(rule, scope, net=False)))
        return Case(net, default=default, output_field=BooleanField())
    # What stands was placed: so PostgreSQL still joins customers with the index of what they did, as for any event.
    standing = _counted(rule, scope, net=True)
    return Q(_counted(rule, scope, net=False)) & (~Q(changed) | Q(standing))


def _counted(rule: Happened, scope: Scope, net: bool) -> Condition:
    events = events_of(rule, scope, net)
    if not rule.count and not rule.total:
        return Exists(events)
    grouped = events.order_by().values("customer_id")
    count = Coalesce(Subquery(grouped.annotate(n=Count("pk")).values("n")), 0, output_field=IntegerField())
    money = MoneyField()
    summed = grouped.annotate(n=_sum(rule, scope) if net else Sum("amount")).values("n")
    total = Coalesce(Subquery(summed), Value(0, money), output_field=money)
    parts = [Q(LOOKUPS[bound.op](count, bound.value)) for bound in rule.count]
    parts += [Q(bounded(bound.op, total, bound.value)) for bound in rule.total]
    return truth(Q(*parts))


def _sum(rule: Happened, scope: Scope) -> Any:
    """Of what is left of orders. What was given back for none that is known lowers the sum of all, and never below zero."""
    if rule.where or rule.of:  # nobody can say whether it would have fitted
        return Sum(Worth(scope.now))
    since: list[Any] = [scope.start_of(rule.within)] if rule.within else []
    since += [OuterRef("entered_at")] if rule.since_entry else []
    return left(scope.now, *since)


def events_of(rule: Happened, scope: Scope, net: bool = False) -> QuerySet[Event]:
    """The events the rule is about, as a subquery of the rows being filtered; `net`: the orders that stand."""
    subject = scope.subject
    events = Event.objects.filter(
        customer_id=OuterRef(subject.customer), name=rule.event, occurred_at__lte=scope.now
    )
    if rule.within:
        events = events.filter(occurred_at__gte=scope.start_of(rule.within))
    if rule.since_entry or rule.of:
        _needs_passage(rule, scope)
        events = events.filter(occurred_at__gte=OuterRef("entered_at"))
    if rule.of:
        about = JsonValue("properties", "enrollment", "number", output_field=IntegerField())
        step = JsonValue("properties", "step", "text")
        events = events.filter(Exact(about, OuterRef("pk")), Exact(step, Value(rule.of)))
    if net:
        events = events.filter(Stands(scope.now)).annotate(worth=Worth(scope.now))
    for comparison in rule.where:
        money = ("worth" if net else "amount") if comparison.name == "amount" else ""
        events = events.filter(condition(comparison, json="properties", money=money))
    return events


def _consented(rule: Consented, scope: Scope) -> Condition:
    return Exists(
        Consent.objects.filter(
            customer_id=OuterRef(scope.subject.customer),
            brand_id=scope.brand_id,
            channel=rule.channel,
            purpose=rule.purpose,
            topic="",
            state=ConsentState.GRANTED,
        )
    )


def _in_segment(rule: InSegment, scope: Scope) -> Condition:
    """By who is in it as far as was last looked; the segment's own rule is asked elsewhere."""
    customer = OuterRef(scope.subject.customer)
    return Exists(Membership.objects.filter(customer_id=customer, segment__key=rule.segment))


def _entered_by(rule: EnteredBy, scope: Scope) -> Condition:
    _needs_passage(rule, scope)
    return truth(Q(entry_key=rule.name) | Q(entry_key__startswith=rule.name + ":"))


def _needs_passage(rule: Rule, scope: Scope) -> None:
    if not scope.subject.passage:
        raise ValueError(
            f"“{rule.sentence()}” asks about a passage through a journey; here are only customers."
        )


register(AllOf, _all)
register(AnyOf, _any)
register(Not, _not)
register(AttributeIs, _attribute)
register(Happened, _happened)
register(Consented, _consented)
register(InSegment, _in_segment)
register(EnteredBy, _entered_by)
