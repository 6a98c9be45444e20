"""ANSWERING: until when somebody who asks by right must be answered, and working days in general.

RODO art. 12(3): within one month of receipt, which may be extended by two further months. How months are counted says
Regulation (EEC, Euratom) 1182/71, art. 3: the day of receipt does not count, so that a month ends on the same date of the
next one, or on its last day where there is no such date; and where that is a Saturday, a Sunday or a public holiday, with the
next working day. An extension is counted from the receipt, not from a day that was moved.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum

from orchestrator.domain.quiet import holidays_of

MONTHS, MORE_MONTHS = 1, 2
SOON = timedelta(days=7)
_SATURDAY = 5


class Standing(StrEnum):
    """How a request stands on a day."""

    OVERDUE = "overdue"
    SOON = "soon"
    OPEN = "open"
    CLOSED = "closed"


def due_on(received: date, country: str, extended: bool = False) -> date:
    """The last day on which an answer is in time. `country`: whose public holidays count, as ISO 3166 writes it."""
    months = MONTHS + (MORE_MONTHS if extended else 0)
    return working_day(months_later(received, months), country)


def months_later(day: date, months: int) -> date:
    """The same date so many months on, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def working_day(day: date, country: str) -> date:
    """This day, or the first one after it on which people work."""
    while not works(day, country):
        day += timedelta(days=1)
    return day


def working_days_later(day: date, count: int, country: str) -> date:
    """The day that is so many working days after this one, which does not count itself; 0: the next on which people work."""
    day = working_day(day, country)
    for _ in range(count):
        day = working_day(day + timedelta(days=1), country)
    return day


def works(day: date, country: str) -> bool:
    """Whether it is neither a weekend nor a holiday; of a country whose holidays nobody knows, weekends alone count."""
    if day.weekday() >= _SATURDAY:
        return False
    try:
        return day not in holidays_of(country, day.year)
    except ValueError:
        return True


def standing(due: date, closed: bool, today: date) -> Standing:
    """What the list says of a request; the last day itself is still in time."""
    if closed:
        return Standing.CLOSED
    if due < today:
        return Standing.OVERDUE
    return Standing.SOON if due - today <= SOON else Standing.OPEN
