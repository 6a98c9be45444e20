"""A static list of people: whom a file, a filter or a hand would put on it or take off, and what became of that."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from orchestrator.customers.addresses import digest, normalise
from orchestrator.customers.export import cell
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.survivors import named, survivors
from orchestrator.segments.lists import add, remove
from orchestrator.segments.models import Membership, Segment
from orchestrator.studio import words
from orchestrator.studio.links import url_of
from orchestrator.studio.lists import HEADER
from orchestrator.studio.numbers import grouped

COLUMNS = (HEADER, "email")
AT_ONCE = 5_000  # ids in one statement
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Looked:
    """What a list of ids and addresses says: the people, each once, and what stands for nobody."""

    people: Sequence[int]
    missing: Sequence[str]


def look_up(written: Sequence[str]) -> Looked:
    """Find each by external id, else by an address of email; whoever was merged is their survivor."""
    wanted = list(dict.fromkeys(written))
    found = _by_id(wanted)
    found |= _by_email([one for one in wanted if one not in found and "@" in one])
    standing = survivors(set(found.values()))
    people = {standing[id_] for id_ in found.values() if id_ in standing}
    missing = [one for one in wanted if one not in found or found[one] not in standing]
    return Looked(sorted(people), missing)


def _by_id(wanted: Sequence[str]) -> dict[str, int]:
    return {external: id_ for chunk in _chunks(wanted) for external, id_ in named(chunk).items()}


def _by_email(wanted: Sequence[str]) -> dict[str, int]:
    digests = {mark: one for one in wanted if (mark := _digest(one))}
    found: dict[str, int] = {}
    for chunk in _chunks(list(digests)):
        rows = Address.objects.filter(channel="email", digest__in=chunk, customer__erased_at=None)
        found |= {digests[mark]: id_ for mark, id_ in rows.order_by("pk").values_list("digest", "customer")}
    return found


def _digest(written: str) -> str:
    try:
        return digest("email", normalise("email", written))
    except ValueError:
        return ""


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def say_looked(segment: Segment, looked: Looked, act: str) -> str:
    """How many it would concern, before it is done."""
    inside = _inside(segment, looked.people)
    told = {
        "known": words.people(len(looked.people)),
        "inside": grouped(inside),
        "rest": grouped(len(looked.people) - inside),
        "missing": grouped(len(looked.missing)),
    }
    if act == "remove":
        return (
            _(
                "Found: %(known)s, of whom %(inside)s are on the list and would be taken off; not found: %(missing)s."
            )
            % told
        )
    return (
        _("Found: %(known)s, of whom %(inside)s are on the list already and %(rest)s would be new; not found: %(missing)s.")
        % told
    )  # fmt: skip


def _inside(segment: Segment, people: Sequence[int]) -> int:
    return Membership.objects.filter(segment=segment, customer_id__among=people).count()


def act_on(
    segment: Segment, people: Iterable[int], act: str, silently: bool, now: datetime
) -> tuple[int, str]:
    """Do it; how many it really concerned, and that in words. ValueError where the segment is no list."""
    if act == "remove":
        count = remove(segment.pk, list(people), now)
        return count, _("Taken off the list: %(people)s.") % {"people": words.people(count)}
    count = add(segment.pk, list(people), now, silently)
    return count, _("Put on the list: %(people)s.") % {"people": words.people(count)}


def missing_file(segment: Segment, missing: Sequence[str]) -> HttpResponse:
    """What was not found, as a CSV to mend and bring again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([HEADER])
    writer.writerows([cell(one)] for one in missing)
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{segment.key}-not-found.csv"'
    return answer


@dataclass(frozen=True, slots=True)
class OnLists:
    """The lists a customer is on, and the others; for their page."""

    on: Sequence[tuple[int, str, str]]
    off: Sequence[tuple[int, str]]


def of_customer(customer: Customer, user: Any) -> OnLists | None:
    """None where there is no list, or this reader may not say who is on one."""
    if (
        customer.erased_at is not None
        or customer.merged_into_id is not None
        or not user.has_perm("segments.change_segment")
    ):
        return None  # fmt: skip
    lists = list(Segment.objects.filter(static=True).order_by("title", "key")[:200])
    if not lists:
        return None
    mine = set(
        Membership.objects.filter(customer=customer, segment__static=True).values_list("segment", flat=True)
    )
    return OnLists(
        [(one.pk, str(one), url_of("segments_segment", one.pk)) for one in lists if one.pk in mine],
        [(one.pk, str(one)) for one in lists if one.pk not in mine],
    )
