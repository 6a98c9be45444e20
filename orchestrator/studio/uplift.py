"""What a journey's messages earn: how many more met the goal than of those who were held out, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _

from orchestrator.domain.shares import difference
from orchestrator.journeys.models import Enrollment
from orchestrator.studio.cells import parted
from orchestrator.studio.numbers import grouped

LEAST = 100  # people in each group: with fewer, nothing is said
WIDTH, HEIGHT = 112, 12


@dataclass(frozen=True, slots=True)
class Group:
    """People who entered, and how many of them met the goal."""

    people: int = 0
    met: int = 0


@dataclass(frozen=True, slots=True)
class Measured:
    """Those who got messages, and those who were held out."""

    written: Group = Group()
    held_out: Group = Group()

    def enough(self) -> bool:
        """Whether anything can be said."""
        return min(self.written.people, self.held_out.people) >= LEAST

    def lift(self) -> float:
        """The difference of the two shares, from -1 to 1; only of what is `enough`."""
        return self.written.met / self.written.people - self.held_out.met / self.held_out.people

    def interval(self) -> tuple[float, float]:
        """What the difference may well be."""
        held = self.held_out
        return difference(self.written.met, self.written.people, held.met, held.people)


@dataclass(frozen=True, slots=True)
class Bar:
    """Places on a line of WIDTH: nothing earned, the interval's ends, and what was seen."""

    zero: str
    low: str
    high: str
    at: str


@dataclass(frozen=True, slots=True)
class Lift:
    """In words: the lift, its interval, of whom, whether it may be chance; and the bar."""

    said: str
    between: str
    of: str
    chance: bool
    bar: Bar


def measured(window: QuerySet[Enrollment], journeys: Iterable[int]) -> dict[int, Measured]:
    """Both groups of each journey: people, not passages, since the same people pass again. One query."""
    rows = (
        window.filter(journey__in=list(journeys))
        .order_by()
        .values_list("journey", "held_out")
        .annotate(
            people=Count("customer_id", distinct=True),
            met=Count("customer_id", distinct=True, filter=Q(goal_met_at__isnull=False)),
        )
    )
    groups = {(journey, held): Group(people, met) for journey, held, people, met in rows}
    return {
        journey: Measured(groups.get((journey, False), Group()), groups.get((journey, True), Group()))
        for journey, _held in groups
    }


def lifts(found: Mapping[int, Measured]) -> dict[int, Lift]:
    """Those that can be told, drawn to one scale so that the bars of a list compare."""
    told = {key: one for key, one in found.items() if one.enough() and not _tells(one)}
    widest = max((abs(end) for one in told.values() for end in one.interval()), default=0.0) or 1.0
    return {key: _lift(one, widest) for key, one in told.items()}


def _tells(one: Measured) -> bool:
    """Whether a lift would tell a number that is hidden from this reader."""
    return any(parted(group.met, group.people).gone for group in (one.written, one.held_out))


def _lift(one: Measured, widest: float) -> Lift:
    low, high = one.interval()
    of = {
        "met": grouped(one.written.met),
        "people": grouped(one.written.people),
        "met_held": grouped(one.held_out.met),
        "held": grouped(one.held_out.people),
    }
    return Lift(
        _("%(points)s percentage points") % {"points": _points(one.lift())},
        _("between %(low)s and %(high)s") % {"low": _points(low), "high": _points(high)},
        _("%(met)s of %(people)s written to, %(met_held)s of %(held)s held out") % of,
        low <= 0 <= high,
        Bar(_place(0, widest), _place(low, widest), _place(high, widest), _place(one.lift(), widest)),
    )


def _points(share: float) -> str:
    """ "+2.3", with the sign that a reader writes."""
    rounded = round(100 * share, 1)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else ""
    return sign + str(formats.number_format(abs(rounded), 1))


def _place(share: float, widest: float) -> str:
    return f"{WIDTH / 2 + share / widest * (WIDTH / 2 - 4):.1f}"
