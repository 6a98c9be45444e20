"""The log of what was done in the admin names people by their names; of those erased it does not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model

from orchestrator.customers.erasing import Handler, register
from orchestrator.customers.models import Customer


def handle() -> None:
    """Have the admin's log emptied in an erasure."""
    register("studio", Handler(("admin.LogEntry",), erase, before=True))


def erase(customer_ids: Collection[int], now: datetime) -> None:
    """That somebody did something to their page or to a row of theirs, and when, remains.

    Runs while their rows are there. An entry about a row that went before may be about them: it loses its words too.
    """
    wanted = frozenset(customer_ids)
    for kind, entries in _told().items():
        model = kind.model_class()
        owners = _owners(model, [row for _, row in entries]) if model is not None else {}
        go = [id_ for id_, row in entries if row not in owners or owners[row] in wanted]
        LogEntry.objects.filter(id__in=go).update(object_repr="", change_message="")


def _told() -> dict[ContentType, list[tuple[int, str]]]:
    """By kind, the entries about customers and about rows of theirs that still say something: (entry, row)."""
    kinds = {one.pk: one for one in ContentType.objects.get_for_models(*_customers_models()).values()}
    told = LogEntry.objects.filter(content_type__in=kinds).exclude(object_repr="", change_message="")
    found: dict[ContentType, list[tuple[int, str]]] = {}
    for id_, kind, row in told.values_list("id", "content_type", "object_id"):
        found.setdefault(kinds[kind], []).append((id_, str(row)))
    return found


def _customers_models() -> list[type[Model]]:
    bound = [
        one for one in apps.get_models() if "customer" in {field.name for field in one._meta.concrete_fields}
    ]
    return [Customer, *bound]


def _owners(model: type[Model], rows: Sequence[str]) -> dict[str, int]:
    """Whose each of these rows is, of those that are there."""
    whose = "pk" if model is Customer else "customer_id"
    there = model._default_manager.filter(pk__in=[row for row in rows if row.isdecimal()])
    return {str(pk): owner for pk, owner in there.values_list("pk", whose)}
