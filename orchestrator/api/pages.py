"""PAGES of long lists: by the last row's place in an index, never by counting, and never by an offset.

A cursor is signed and good for its own list alone: nobody can write one, and so nobody can ask for a place out of the
way. It names a row's number and nothing of a person. Rows that come while somebody turns pages stand on none twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.core import signing
from django.db.models import QuerySet
from rest_framework.response import Response

from orchestrator.api.problems import Refused

_SALT = "orchestrator.api.cursor."
Tell = Callable[[Sequence[Any]], list[dict[str, Any]]]


def page(
    rows: QuerySet[Any],
    asked: Mapping[str, Any],
    tell: Tell,
    *,
    name: str,
    by: str = "id",
    newest: bool = False,
) -> Response:
    """One page of `rows` in the order of `by`, which is indexed and unique among them.

    `tell` gets a page's rows and answers them as they are told, in as many queries for 200 as for one.
    """
    limit = asked["limit"]
    found = list(_after(rows, asked["cursor"], name, by, newest)[: limit + 1])
    shown, more = found[:limit], len(found) > limit
    place = signing.dumps(getattr(shown[-1], by), salt=_SALT + name) if more else None
    return Response({"items": tell(shown), "next": place})


def _after(rows: QuerySet[Any], cursor: str | None, name: str, by: str, newest: bool) -> QuerySet[Any]:
    ordered = rows.order_by(f"-{by}" if newest else by)
    if cursor is None:
        return ordered
    return ordered.filter(**{f"{by}__lt" if newest else f"{by}__gt": _place(cursor, name)})


def _place(cursor: str, name: str) -> int:
    try:
        place = signing.loads(cursor, salt=_SALT + name)
    except signing.BadSignature:
        place = None
    if not isinstance(place, int):
        fault = {
            "parameter": "cursor",
            "code": "bad",
            "detail": "Give the `next` of the page before, as it came.",
        }
        raise Refused("bad_cursor", "cursor: it is none of this list's.", 400, [fault])
    return place
