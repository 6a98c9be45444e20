"""MATCHING: of whom a rule is true, among the rows of a batch. Its statement is built once a process and rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from django.db.models import Model

from orchestrator.domain.definition.rules import Rule
from orchestrator.segments.compile import Scope, compile_rule
from orchestrator.store.prepared import Given, Prepared

_statements: dict[tuple[object, ...], Prepared] = {}


def matching(model: type[Model], ids: Collection[int], rule: Rule, scope: Scope) -> set[int]:
    """Ids of those rows of `model` (customers or enrollments, as the scope says) of which the rule is true."""
    return set(_statement(model, rule, scope).column(ids=ids, now=scope.now))


def following(model: type[Model], rule: Rule, scope: Scope, after: int, limit: int) -> list[int]:
    """The next ids above `after` of rows of which the rule is true, at most `limit`, in their order."""
    place = (model, rule.key, scope.subject, scope.zone, scope.brand_id, limit)
    if place not in _statements:
        condition = compile_rule(rule, replace(scope, now=Given("now")))
        rows = model._default_manager.filter(condition, pk__gt=Given("after")).order_by("pk")
        _statements[place] = Prepared(rows.values_list("pk")[:limit])
    return [int(id_) for id_ in _statements[place].column(after=after, now=scope.now)]


def _statement(model: type[Model], rule: Rule, scope: Scope) -> Prepared:
    # By the rule's key: whoever writes the same rule again, in another version or journey, shares its statement.
    place = (model, rule.key, scope.subject, scope.zone, scope.brand_id)
    if place not in _statements:
        condition = compile_rule(rule, replace(scope, now=Given("now")))
        rows = model._default_manager.filter(condition, pk__among=Given("ids"))
        _statements[place] = Prepared(rows.values_list("pk"))
    return _statements[place]
