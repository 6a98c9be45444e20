"""EXPORTING: what a person is told of what we hold about them (RODO art. 15 and 20). The rooms above register their tables.

Every model that holds something of a person is a table here, and each of its fields is either given out or kept back for
a reason that is written down; a test holds both, as with erasure.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model, QuerySet

Of = Callable[[Collection[int]], QuerySet[Any]]
# Of no use to the person, and no information about them: numbers of rows, and how the machine keeps its order.
INNER = "the machine's own order; it says nothing about the person"
STAFF = "who of us dealt with it: somebody else's name"
SECRET = "a keyed hash or link, by which others could pass for us"


@dataclass(frozen=True, slots=True)
class Table:
    """One model's rows of a person. `columns`: what is given out, by its name in the export -> the field it comes from.

    `kept_back`: the fields that are not, each with the reason. `of`: the rows of these customers, in their order.
    """

    name: str
    model: type[Model]
    of: Of
    columns: Mapping[str, str]
    kept_back: Mapping[str, str] = field(default_factory=dict)


_tables: dict[str, Table] = {}
_words: dict[tuple[str, str], Callable[[Any], str]] = {}


def register(*tables: Table) -> None:
    """Add tables; the same name again replaces one. Apps are made ready from the lowest floor up."""
    _tables.update({table.name: table for table in tables})


def say(table: str, column: str, words: Callable[[Any], str]) -> None:
    """Have a column followed by another, `<column>_in_words`. For floors that know the words of what lower ones keep."""
    _words[table, column] = words


def registered() -> dict[str, Table]:
    """All tables by name, from the lowest floor up."""
    return dict(_tables)


def words_of(table: str) -> dict[str, Callable[[Any], str]]:
    """The columns of a table that are said in words too."""
    return {column: words for (name, column), words in _words.items() if name == table}


def same(*names: str) -> dict[str, str]:
    """Columns that are called as their fields."""
    return {name: name for name in names}


def inner(names: str) -> dict[str, str]:
    """Fields that say nothing about the person."""
    return dict.fromkeys(names.split(), INNER)


def handle() -> None:
    """Have people's own rows, addresses and requests exported."""
    from orchestrator.customers.models import Address, Customer, Identity, PrivacyComment, PrivacyRequest

    register(
        Table(
            "customer",
            Customer,
            lambda ids: Customer.objects.filter(id__in=ids),
            {
                **same(
                    "id", "external_id", "language", "country", "time_zone", "last_seen_zone", "attributes",
                    "personalization", "own_limit", "paused_until", "restricted_at", "created_at", "updated_at",
                ),
                "merged_into": "merged_into_id",
            },
            inner("changed_pending erased_at erased_number erase_due_at"),
        ),
        Table(
            "addresses",
            Address,
            lambda ids: Address.objects.filter(customer__in=ids),
            same("channel", "value", "verified_at", "invalid_at", "invalid_reason", "created_at"),
            {"digest": SECRET, **inner("id customer")},
        ),
        Table(
            "identities",
            Identity,
            lambda ids: Identity.objects.filter(customer__in=ids),
            same("kind", "value", "created_at"),
            inner("id customer"),
        ),
        Table(
            "requests",
            PrivacyRequest,
            lambda ids: PrivacyRequest.objects.filter(customer__in=ids),
            same(
                "kind", "came_by", "received_on", "due_on", "extended_on", "extended_why", "extended_told", "identity",
                "identity_at", "state", "made_at", "closed_at", "refusal", "answer", "result",
            ),
            {**inner("id customer"), **dict.fromkeys(("identity_by", "taken_by", "made_by", "closed_by"), STAFF)},
        ),
        Table(
            "request_comments",
            PrivacyComment,
            lambda ids: PrivacyComment.objects.filter(request__customer__in=ids),
            same("said_at", "text"),
            {**inner("id request"), "author": STAFF},
        ),
    )  # fmt: skip
