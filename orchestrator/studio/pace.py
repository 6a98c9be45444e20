"""PACE: how far an import is, and how long it will still take if it goes on as it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator.customers.models import Import

EARLIEST = timedelta(seconds=5)  # before that nobody can tell
STEP = 10  # percent that are told aloud: a screen reader is not to speak every two seconds


@dataclass(frozen=True, slots=True)
class Pace:
    """`read`: the lines; `left`: the rest in words, "" where nobody can tell yet; `aloud`: what a screen reader says, seldom."""

    read: str
    left: str
    aloud: str


def pace_of(row: Import, now: datetime) -> Pace:
    """Of one that is under way."""
    left = left_of(row, now)
    told = {"percent": row.percent // STEP * STEP}
    read = str(number_format(row.line, force_grouping=True))
    return Pace(read, _in_words(left) if left is not None else "", _("%(percent)s %% is read.") % told)


def left_of(row: Import, now: datetime) -> timedelta | None:
    """None where it has just begun, or where nobody knows how much there is."""
    ran = now - row.began_at if row.began_at is not None else timedelta(0)
    if ran < EARLIEST or not 0 < row.line <= row.lines:
        return None
    return ran * ((row.lines - row.line) / row.line)


def _in_words(left: timedelta) -> str:
    minutes = -(-left // timedelta(minutes=1))
    if minutes <= 1:
        return _("less than a minute left")
    if minutes < 60:
        said = ngettext("about %(count)s minute left", "about %(count)s minutes left", minutes)
        return said % {"count": number_format(minutes)}
    hours = -(-minutes // 60)
    said = ngettext("up to %(count)s hour left", "up to %(count)s hours left", hours)
    return said % {"count": number_format(hours)}
