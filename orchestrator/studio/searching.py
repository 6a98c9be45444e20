"""The search of long lists: the whole of an id, a key or a code, found by an index where there is one; people by names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import Q, QuerySet

from orchestrator.customers.models import Address, Customer

FOUND = 1_000  # customers that a search shows
WORDS = 5  # of a search that are looked for
PEOPLE = 100  # rows that one word may stand for elsewhere: ids are unique but for how they are spelled


def exactly(rows: QuerySet[Any], fields: Sequence[str], term: str) -> QuerySet[Any]:
    """Rows of which one of the fields is the term, as it is written, in small or in capital letters.

    Each field is asked by itself whether it has any: what a database answers from an index, it does not from "or".
    """
    term = term.strip()
    if not term:
        return rows
    spelled = list(dict.fromkeys([term, term.lower(), term.upper()]))
    matches = [match for field in fields for match in _match(rows.model, field, spelled)]
    found = [match for match in matches if rows.model._default_manager.filter(match).order_by().exists()]
    if not found:
        return rows.none()
    either = found[0]
    for match in found[1:]:
        either |= match
    return rows.filter(either)


def _match(model: Any, field: str, spelled: Sequence[str]) -> Iterator[Q]:
    """`customer__external_id` goes by the customers that have it; nothing where none has."""
    relation, _, rest = field.partition("__")
    if not rest:
        yield Q(**{f"{field}__in": spelled})
        return
    related = model._meta.get_field(relation).related_model._default_manager
    keys = list(related.filter(**{f"{rest}__in": spelled}).order_by().values_list("pk", flat=True)[:PEOPLE])
    if keys:
        yield Q(**{f"{relation}__in": keys})


def find_people(term: str) -> list[int]:
    """The customers for whom each word is a name, or begins an id or an address: `FOUND` of them, one more if there are.

    The names stand in no index: this reads all customers, but once and in no order, which the database does with
    several hands; as a condition of the sorted list it would take one, and three times as long.
    """
    each = Q()
    for word in term.split()[:WORDS]:
        # Emails are kept in small letters, tokens as they are.
        written = Q(value__startswith=word) | Q(value__startswith=word.lower())
        reached = Address.objects.filter(written).order_by().values_list("customer", flat=True)[:FOUND]
        each &= (
            Q(external_id__startswith=word)
            | Q(attributes__first_name__istartswith=word)
            | Q(attributes__last_name__istartswith=word)
            | Q(pk__in=list(reached))
        )
    return list(Customer.objects.filter(each).order_by().values_list("pk", flat=True)[: FOUND + 1])
