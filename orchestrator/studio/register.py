"""The register of requests, for whoever must show that they were answered (art. 5(2) RODO): a CSV, and nobody's data in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from orchestrator.customers.export import cell
from orchestrator.customers.models import PrivacyRequest
from orchestrator.studio import privacy

ROWS = 1000


def lines(now: datetime) -> Iterator[str]:
    """The file, line by line, with a mark of UTF-8 before it, by which spreadsheets read Polish letters."""
    day = timezone.localdate(now)
    yield "\ufeff" + _line(
        [
            _("number"),
            _("what is asked for"),
            _("received on"),
            _("how it came"),
            _("to be answered by"),
            _("told of the extension on"),
            _("identity checked"),
            _("state"),
            _("why it was refused"),
            _("closed"),
            _("days to answer"),
            _("how it stands"),
        ]
    )
    for one in PrivacyRequest.objects.order_by("pk").iterator(ROWS):
        yield _line(_row(one, timezone.localdate(one.closed_at) if one.closed_at else None, day))


def _row(one: PrivacyRequest, closed: date | None, day: date) -> list[object]:
    return [
        one.pk,
        one.get_kind_display(),
        one.received_on.isoformat(),
        one.get_came_by_display(),
        one.due_on.isoformat(),
        one.extended_on.isoformat() if one.extended_on else None,
        timezone.localdate(one.identity_at).isoformat() if one.identity_at else None,
        one.get_state_display(),
        one.get_refusal_display() if one.refusal else None,
        closed.isoformat() if closed else None,
        (closed - one.received_on).days if closed else None,
        _standing(one, closed, day),
    ]


def _standing(one: PrivacyRequest, closed: date | None, day: date) -> str:
    """Whether it was answered in time; of what is open, how it stands."""
    if closed is None:
        return str(privacy.TITLES[privacy.stands(one, day)])
    return _("answered in time") if closed <= one.due_on else _("answered late")


def _line(values: list[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([cell(value if value is None else str(value)) for value in values])
    return out.getvalue()
