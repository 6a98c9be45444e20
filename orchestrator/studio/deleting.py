"""What a deletion would take along, told in numbers where the rows are many: Django would list each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import get_deleted_objects
from django.db.models import DO_NOTHING, PROTECT, RESTRICT, Model, QuerySet
from django.db.models.deletion import get_candidate_relations_to_delete
from django.http import HttpRequest
from django.utils.text import capfirst

from orchestrator.studio.numbers import at_most

LISTED = 200  # rows of one kind
Told = tuple[Any, dict[Any, Any], set[Any], list[Any]]


def told(objects: Sequence[Model] | QuerySet[Any], request: HttpRequest, site: AdminSite) -> Told:
    """As `ModelAdmin.get_deleted_objects`: what goes, counts, rights that lack, what stands in the way."""
    if not any(_is_long(rows) for one in objects for rows, _keeps in _related(one)):
        return get_deleted_objects(objects, request, site)
    goes: list[Any] = []
    counts: dict[Any, Any] = {}
    lacking: set[Any] = set()
    stands: list[Any] = []
    for one in objects:
        below: list[str] = []
        goes.append(str(one))
        for rows, keeps in _related(one):
            if rows.exists():
                options, many = rows.model._meta, at_most(rows)
                (stands if keeps else below).append(f"{capfirst(options.verbose_name_plural)}: {many}")
                counts[options.verbose_name_plural] = many
                lacking |= {options.verbose_name} - _may_go(rows.model, request, site)
        goes += [below] if below else []
    return goes, counts, lacking, stands


def _is_long(rows: QuerySet[Any]) -> bool:
    return rows.order_by().values("pk")[LISTED : LISTED + 1].exists()


def _may_go(model: type[Model], request: HttpRequest, site: AdminSite) -> set[Any]:
    allowed = not site.is_registered(model) or site.get_model_admin(model).has_delete_permission(request)
    return {model._meta.verbose_name} if allowed else set()


def _related(one: Model) -> Iterator[tuple[QuerySet[Any], bool]]:
    """Rows that point at this one and go with it, or (True) keep it from going."""
    relations: Iterable[Any] = get_candidate_relations_to_delete(one._meta)
    for relation in relations:
        if relation.on_delete is not DO_NOTHING:
            rows = relation.related_model._base_manager.filter(**{relation.field.name: one})
            yield rows, relation.on_delete in (PROTECT, RESTRICT)
