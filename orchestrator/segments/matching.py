"""MATCHING: of whom a rule is true, among the rows of a batch. Its statement is built once a process and rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from django.db.models import Model, Q

from orchestrator.customers.models import Customer
from orchestrator.domain.definition.rules import Rule
from orchestrator.sdk.value import value
from orchestrator.segments.compile import Scope, compile_rule
from orchestrator.store.prepared import Given, Prepared, fill
from orchestrator.store.statement import execute

_statements: dict[tuple[object, ...], Prepared] = {}


@value
class Chosen:
    """These customers."""

    ids: Collection[int]

    @staticmethod
    def where(column: str) -> Q:
        """The column names one of them."""
        return Q(**{f"{column}__among": Given("ids")})

    def given(self) -> dict[str, Any]:
        """What a statement with `where` in it is to be given."""
        return {"ids": self.ids}


@value
class Span:
    """All customers with ids above `after` up to `last`: found in half the time that a list of them takes."""

    after: int
    last: int

    @staticmethod
    def where(column: str) -> Q:
        """The column names one of them."""
        return Q(**{f"{column}__gt": Given("after"), f"{column}__lte": Given("last")})

    def given(self) -> dict[str, Any]:
        """What a statement with `where` in it is to be given."""
        return {"after": self.after, "last": self.last}


Whom = Chosen | Span


def matching(model: type[Model], ids: Collection[int], rule: Rule, scope: Scope) -> set[int]:
    """Ids of those rows of `model` (customers or enrollments, as the scope says) of which the rule is true."""
    return set(_statement(model, rule, scope).column(ids=ids, now=scope.now))


def living(whom: Whom, rule: Rule, scope: Scope) -> set[int]:
    """Those customers of whom the rule is true and who have been neither erased nor merged into another."""
    return set(_true(type(whom), rule, scope).column(now=scope.now, **whom.given()))


def strayed(
    whom: Whom, rule: Rule, scope: Scope, members: Prepared, **given: Any
) -> tuple[list[int], list[int]]:
    """Of whom the rule is true and who are no `members` yet; and members of whom it is true no more. Both rise by id.

    `members` asks for one column, customers, with `whom.where` on it. The database compares: mostly nobody has come or
    gone, and then no id of a member leaves it.
    """
    kind = type(whom)
    true = _true(kind, rule, scope)
    sql = _STRAYED.format(true=true.sql, members=members.sql)
    values = {"now": scope.now, **whom.given(), **given}
    found = execute(sql, [*fill(true.params, values), *fill(members.params, values)])
    return [id_ for id_, way in found if way > 0], [id_ for id_, way in found if way < 0]


_STRAYED = """
SELECT id, sum(way) FROM (
    SELECT pk AS id, 1 AS way FROM ({true}) AS true_of UNION ALL SELECT customer_id, -1 FROM ({members}) AS members
) AS both_of GROUP BY id HAVING sum(way) <> 0 ORDER BY id
"""


def following(model: type[Model], rule: Rule, scope: Scope, after: int, limit: int) -> list[int]:
    """The next ids above `after` of rows of which the rule is true, at most `limit`, in their order."""
    place = (model, rule.key, scope.subject, scope.zone, scope.brand_id, limit)
    if place not in _statements:
        condition = compile_rule(rule, replace(scope, now=Given("now")))
        rows = model._default_manager.filter(condition, pk__gt=Given("after")).order_by("pk")
        _statements[place] = Prepared(rows.values_list("pk")[:limit])
    return [int(id_) for id_ in _statements[place].column(after=after, now=scope.now)]


def _true(kind: type[Whom], rule: Rule, scope: Scope) -> Prepared:
    place = (kind, rule.key, scope.zone, scope.brand_id)
    if place not in _statements:
        condition = compile_rule(rule, replace(scope, now=Given("now")))
        people = Customer.objects.filter(condition, kind.where("pk"), erased_at=None, merged_into=None)
        _statements[place] = Prepared(people.values_list("pk"))
    return _statements[place]


def _statement(model: type[Model], rule: Rule, scope: Scope) -> Prepared:
    # By the rule's key: whoever writes the same rule again, in another version or journey, shares its statement.
    place = (model, rule.key, scope.subject, scope.zone, scope.brand_id)
    if place not in _statements:
        condition = compile_rule(rule, replace(scope, now=Given("now")))
        rows = model._default_manager.filter(condition, pk__among=Given("ids"))
        _statements[place] = Prepared(rows.values_list("pk"))
    return _statements[place]
