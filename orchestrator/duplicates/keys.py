"""KEYS: what a chunk of people share with anybody, as hashes. Only what is not as it was is written."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from orchestrator.domain.duplicate_keys import hashed, keys_of
from orchestrator.domain.duplicates import Facts
from orchestrator.duplicates.models import DuplicateKey
from orchestrator.segments.matching import Span, Whom
from orchestrator.store import bulk
from orchestrator.store.prepared import prepared

Row = tuple[int, int, int]  # customer, key, kind


def write(span: Span, people: Mapping[int, Facts]) -> int:
    """Make the keys of everybody in the span those of these people; answers how many keys there are now.

    Three statements, one where nothing has changed. Whoever is in the span and not among the people has none.
    """
    wanted = {row for id_, facts in people.items() for row in _rows(id_, facts)}
    there = set(_there(Span).rows(**span.given()))
    changed = {row[0] for row in wanted ^ there}
    if there and changed:
        DuplicateKey.objects.filter(customer_id__among=changed & {row[0] for row in there}).delete()
    fresh = sorted(row for row in wanted if row[0] in changed)
    bulk.insert(DuplicateKey, ("customer", "key", "kind"), fresh)
    return len(wanted)


def _rows(id_: int, facts: Facts) -> Iterator[Row]:
    secret = _secret(settings.SECRET_KEY)
    for kind, text in keys_of(facts):
        yield id_, hashed(secret, kind, text), int(kind)


@lru_cache(maxsize=4)
def _secret(key: str) -> bytes:
    return hmac.new(key.encode(), b"orchestrator.duplicates.keys", hashlib.sha256).digest()


@prepared
def _there(kind: type[Whom]) -> QuerySet[Any]:
    return DuplicateKey.objects.filter(kind.where("customer")).values_list("customer_id", "key", "kind")
