"""Scores in words: what they say of a customer, from what they were computed, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.segments.models import Score, ScoreBasis
from orchestrator.segments.scoring.basis import NO_EXTRA
from orchestrator.studio import amounts, words
from orchestrator.studio.links import related
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import Workspace

WORDS: dict[str, dict[str, str | Promise]] = {
    "rfm_group": {
        "champions": gettext_lazy("champion"),
        "loyal": gettext_lazy("loyal"),
        "potential_loyalist": gettext_lazy("may become loyal"),
        "new": gettext_lazy("new buyer"),
        "promising": gettext_lazy("promising"),
        "need_attention": gettext_lazy("needs attention"),
        "about_to_sleep": gettext_lazy("about to fall asleep"),
        "at_risk": gettext_lazy("at risk"),
        "cant_lose": gettext_lazy("not to be lost"),
        "hibernating": gettext_lazy("asleep"),
        "lost": gettext_lazy("lost"),
    },
    "stage": {
        "abandoned": gettext_lazy("left a basket"),
        "dormant": gettext_lazy("dormant"),
        "vip": gettext_lazy("one of the best"),
        "new": gettext_lazy("new"),
        "returning": gettext_lazy("came back"),
        "active": gettext_lazy("active"),
    },
    "season": {
        "winter": gettext_lazy("winter"),
        "spring": gettext_lazy("spring"),
        "summer": gettext_lazy("summer"),
        "autumn": gettext_lazy("autumn"),
    },
}
NAMES: dict[str, str | Promise] = {
    "rfm_group": gettext_lazy("RFM group"),
    "recency": gettext_lazy("recency (1 to 5)"),
    "frequency": gettext_lazy("frequency (1 to 5)"),
    "monetary": gettext_lazy("monetary value (1 to 5)"),
    "stage": gettext_lazy("stage with the shop"),
    "orders": gettext_lazy("number of orders"),
    "net": gettext_lazy("sum of orders, returns taken off"),
    "last_order_on": gettext_lazy("day of the last order"),
    "first_order_on": gettext_lazy("day of the first order"),
    "days_since_order": gettext_lazy("days since the last order"),
    "interval_days": gettext_lazy("usual interval between orders, in days"),
    "next_order_on": gettext_lazy("day of the next order"),
    "days_to_next_order": gettext_lazy("days to the next order"),
    "favourite_category": gettext_lazy("favourite category"),
    "preferred_channel": gettext_lazy("preferred channel"),
    "best_hour": gettext_lazy("best hour of the week (0 to 167)"),
    "discount_share": gettext_lazy("share of discounted orders (0 to 1)"),
    "season": gettext_lazy("season they buy in"),
    "first_source": gettext_lazy("first source of traffic"),
    "last_source": gettext_lazy("last source of traffic"),
    "device": gettext_lazy("device"),
    "p_alive": gettext_lazy("probability of still buying (0 to 1)"),
    "expected_orders": gettext_lazy("orders expected in three months"),
    "average_order": gettext_lazy("value expected of an order"),
    "clv": gettext_lazy("value expected in a year"),
}

# Of orders that tell no model: see domain/scores/bgnbd.py.
_REASONS: dict[str, str | Promise] = {
    "fewer than 30 people have bought twice": gettext_lazy("fewer than 30 people have bought twice"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """The scores of a customer as a card shows them. `made`: when, and from what."""

    headline: str
    lines: Sequence[tuple[str, str]]
    missing: str
    made: str


def word(name: str, code: str) -> str:
    """A score's value in words; one that has none of its own as it is."""
    if name == "preferred_channel":
        return words.channel(code) if code else ""
    return str(WORDS.get(name, {}).get(code, code))


def name_of(name: str) -> str:
    """What a score is called in a sentence."""
    return str(NAMES.get(name, words.spaced(name)))


def say_missing(reason: str) -> str:
    """Why nothing is predicted."""
    if not reason:
        return ""
    if reason == NO_EXTRA:
        return _("Nothing is predicted: numpy and scipy are not installed.")
    said = str(_REASONS.get(reason, reason))
    return _("Nothing is predicted: the orders say too little (%(reason)s).") % {"reason": said}


def read_scores(customer_id: int) -> Told | None:
    """Of a customer; None where none were computed. Two small queries."""
    row = Score.objects.filter(customer=customer_id).select_related("basis").first()
    return describe(row) if row is not None else None


def describe(row: Score) -> Told:
    """A row of scores in words."""
    basis: ScoreBasis | None = related(row, "basis")
    return Told(
        _headline(row), list(_lines(row)), say_missing(basis.missing if basis else ""), _made(row, basis)
    )


def paragraph(told: Told) -> Any:
    """All of it below each other."""
    said = [told.headline, *(f"{name}: {value}" for name, value in told.lines), told.missing, told.made]
    return format_html_join("\n", "<div>{}</div>", ((one,) for one in said if one))


def _headline(row: Score) -> str:
    """ "RFM 5-4-4, champion: last order 12 days ago, 9 orders, 2,310.00 PLN" """
    if row.last_order_on is None or row.recency is None:
        return _("No order yet.")
    count = row.orders
    told = {
        "fifths": f"{row.recency}-{row.frequency}-{row.monetary}",
        "group": word("rfm_group", row.rfm_group),
        "last": _last(row.last_order_on),
        "orders": ngettext("%(count)s order", "%(count)s orders", count) % {"count": grouped(count)},
        "net": _money(row.net),
    }
    return _("RFM %(fifths)s, %(group)s: %(last)s, %(orders)s, %(net)s") % told


def _last(day: date) -> str:
    days = (timezone.localdate() - day).days
    if days <= 0:
        return _("last order today")
    return ngettext("last order %(count)s day ago", "last order %(count)s days ago", days) % {
        "count": grouped(days)
    }


def _lines(row: Score) -> Iterator[tuple[str, str]]:
    yield _("Stage"), word("stage", row.stage)
    if row.interval_days is not None and row.next_order_on is not None:
        days = row.interval_days
        usual = ngettext("every %(count)s day", "every %(count)s days", days) % {"count": grouped(days)}
        yield (
            _("Buys"),
            _("%(usual)s; the next order about %(day)s") % {"usual": usual, "day": _day(row.next_order_on)},
        )
    if row.p_alive is not None:
        yield _("Still buys"), _percent(row.p_alive)
    if row.expected_orders is not None:
        yield _("Orders expected in three months"), formats.number_format(row.expected_orders, 1)
    if row.clv is not None:
        yield _("Value expected in a year"), _money(row.clv)
    if row.favourite_category:
        yield _("Buys most"), row.favourite_category
    if row.preferred_channel:
        yield _("Answers best"), word("preferred_channel", row.preferred_channel)
    if row.best_hour is not None:
        yield _("Best hour"), hour(row.best_hour)
    if row.discount_share is not None:
        yield _("Discounted orders"), _percent(row.discount_share)
    if row.season:
        yield _("Season"), word("season", row.season)
    if row.first_source:
        yield _("First came by"), row.first_source


def hour(number: int) -> str:
    """ "Monday, 10:00" """
    monday = date(2024, 1, 1)
    day = formats.date_format(monday.replace(day=1 + number // 24), "l")
    return f"{day}, {number % 24}:00"


def _made(row: Score, basis: ScoreBasis | None) -> str:
    """From what, and when."""
    if basis is None:
        return _("Computed %(when)s.") % {"when": words.moment(row.computed_at)}
    told = {
        "when": _day(timezone.localtime(row.computed_at).date()),
        "until": words.moment(basis.until),
        "buyers": grouped(basis.buyers),
    }
    said = ngettext(
        "Computed %(when)s from orders until %(until)s, beside %(buyers)s buyer.",
        "Computed %(when)s from orders until %(until)s, beside %(buyers)s buyers.",
        basis.buyers,
    )
    return said % told


def _day(day: date) -> str:
    return formats.date_format(day, "DATE_FORMAT")


def _percent(share: float) -> str:
    return f"{round(100 * share)} %"


def _money(amount: Any) -> str:
    return amounts.shown(amount, Workspace.get().currency)
