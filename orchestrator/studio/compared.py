"""Two simulations of a journey side by side: what another cap, priority or wait would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.domain.cells import Sum
from orchestrator.journeys.models import Simulation
from orchestrator.studio import amounts, simulated, words
from orchestrator.studio.cells import cells
from orchestrator.studio.links import url_of

Told = Mapping[str, Any]
OFFERED = 10  # others to compare with


@dataclass(frozen=True, slots=True)
class Line:
    """One number of both, and the difference, with its sign."""

    name: str
    this: str
    other: str
    difference: str


def page(one: Simulation, beside: str) -> dict[str, Any]:
    """Which others there are, and where one is chosen, the lines."""
    done = Simulation.objects.filter(journey=one.journey_id, state=Simulation.State.DONE).exclude(pk=one.pk)
    listed = done.defer("told").order_by("-id")[:OFFERED]
    others = [(other.pk, words.moment(other.asked_at), simulated.asked(other)) for other in listed]
    chosen = simulated.finished(one.journey_id, beside)
    if chosen is None or chosen.pk == one.pk or not one.told:
        return {"others": others}
    return {
        "others": others,
        "chosen": chosen.pk,
        "compared": list(_lines(one.told, chosen.told)),
        "this_asked": simulated.asked(one),
        "other_asked": simulated.asked(chosen),
        "other_url": url_of("journeys_simulation", chosen.pk),
    }


def _lines(this: Told, other: Told) -> Iterator[Line]:
    for name, title in (
        ("entered_people", _("people who would have entered")),
        ("sent", _("messages")),
        ("sent_people", _("people who would have got one")),
        ("most_for_one", _("most to one person")),
        ("held_out", _("kept back to measure")),
    ):
        yield _line(title, this[name], other[name])
    yield from _by_reason(_("waited: %(reason)s"), this["holds"], other["holds"])
    yield from _by_reason(_("not sent: %(reason)s"), this["losses"], other["losses"])
    if this["cost"] is not None or other["cost"] is not None:
        yield _cost(this, other)


def _by_reason(title: str, this: Any, other: Any) -> Iterator[Line]:
    mine, theirs = _messages(this), _messages(other)
    for reason in dict.fromkeys([*mine, *theirs]):
        yield _line(title % {"reason": words.reason(reason)}, mine.get(reason, 0), theirs.get(reason, 0))


def _messages(reasons: Any) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in reasons:
        reason = one["reason"] or one["outcome"]
        found[reason] = found.get(reason, 0) + one["messages"]
    return found


def _line(title: str, this: int, other: int) -> Line:
    told = cells(
        {"this": this, "other": other, "more": abs(this - other)},
        [Sum("this", ("other", "more")) if this > other else Sum("other", ("this", "more"))],
    )
    return Line(title, told.say("this"), told.say("other"), _signed(this - other, told.say("more")))


def _cost(this: Told, other: Told) -> Line:
    mine, theirs = Decimal(this["cost"] or 0), Decimal(other["cost"] or 0)
    shown = [amounts.shown(one, this["currency"]) for one in (mine, theirs, abs(mine - theirs))]
    return Line(_("cost"), shown[0], shown[1], _signed(mine - theirs, shown[2]))


def _signed(difference: int | Decimal, shown: str) -> str:
    if not difference:
        return "="
    return f"+{shown}" if difference > 0 else f"−{shown}"
