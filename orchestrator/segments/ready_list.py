"""The list of ready segments: what each is for, why it is asked as it is, and its rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

KINDS = (
    ("rfm", _("By recency, frequency and value")),
    ("stage", _("By their stage with the shop")),
    ("ahead", _("By what is to be expected")),
    ("behaviour", _("By what they did")),
    ("habit", _("By habit: price, season, device, source")),
    ("who", _("By who they are, and what they told us")),
)


@dataclass(frozen=True, slots=True)
class Ready:
    """One to bring in. `aim`: what one would do with it; `why`: why the rule is as it is."""

    key: str
    kind: str
    title: str | Promise
    aim: str | Promise
    why: str | Promise
    rule: Mapping[str, Any]


def _group(key: str, title: Any, aim: Any, why: Any, *groups: str) -> Ready:
    rule = (
        {"score": "rfm_group", "is": groups[0]}
        if len(groups) == 1
        else {"score": "rfm_group", "in": list(groups)}
    )
    return Ready(key, "rfm", title, aim, why, rule)


def _stage(key: str, title: Any, aim: Any, why: Any) -> Ready:
    return Ready(key, "stage", title, aim, why, {"score": "stage", "is": key.removeprefix("stage_")})


READY = (
    _group(
        "rfm_champions", _("Champions"), _("Thank them, show them what is new first, ask for a recommendation."),
        _("They bought lately, often and for much; a discount would only cost you."), "champions",
    ),
    _group(
        "rfm_loyal", _("Loyal and nearly loyal"), _("A club, points, a set that goes with what they buy."),
        _("They buy again and again; one step more makes champions of them."), "loyal", "potential_loyalist",
    ),
    _group(
        "rfm_new", _("New buyers"), _("Welcome them, help with the first use, lead to the second order."),
        _("They bought lately and little: the second order decides whether they stay."), "new", "promising",
    ),
    _group(
        "rfm_waning", _("Waning"), _("A reminder of what they liked, before it takes a discount."),
        _("In the middle of all, and slower than they were."), "need_attention", "about_to_sleep",
    ),
    _group(
        "rfm_at_risk", _("At risk, and not to be lost"), _("Ask what went wrong; an offer made for them."),
        _("They bought much and often, and then no more: nobody is dearer to lose."), "at_risk", "cant_lose",
    ),
    _group(
        "rfm_asleep", _("Asleep or lost"), _("One last letter a year, or none: every message to them costs reputation."),
        _("They bought little, long ago."), "hibernating", "lost",
    ),
    _stage(
        "stage_abandoned", _("Left a basket"), _("Remind them of the basket, and answer the usual doubts."),
        _("A basket of the last 14 days that no order followed."),
    ),
    _stage(
        "stage_new", _("New to the shop"), _("First steps: who you are, where to begin."),
        _("They have not ordered yet, or once within 30 days."),
    ),
    _stage(
        "stage_returning", _("Came back"), _("Welcome them back, and find out what brought them."),
        _("They ordered after a pause of more than 90 days."),
    ),
    _stage(
        "stage_vip", _("The best"), _("A person to turn to, early access, a present."),
        _("Of the highest fifth by value and at least the fourth by frequency, and not dormant."),
    ),
    _stage(
        "stage_dormant", _("Dormant"), _("Win them back, or leave them alone."),
        _("No order for 180 days."),
    ),
    Ready(
        "clv_top", "ahead", _("The most valuable tenth"), _("Spend where it comes back: service, presents, patience."),
        _("The highest 10% by the value that is expected of the next twelve months."), {"score": "clv", "top": "10%"},
    ),
    Ready(
        "churn_risk", "ahead", _("Probably gone"), _("Win-back while it is not too late."),
        _("By their own rhythm of buying it is more likely than not, by far, that they have left."),
        {"all": [{"score": "p_alive", "below": 0.3}, {"score": "orders", "at_least": 2}]},
    ),
    Ready(
        "due_soon", "ahead", _("Due within a week"), _("Remind them just before they run out."),
        _("The median of their own intervals says when they buy next."),
        {"score": "days_to_next_order", "at_least": 0, "at_most": 7},
    ),
    Ready(
        "looked_not_bought", "behaviour", _("Looked, and did not buy"), _("Help with choosing: reviews, sizes, questions."),
        _("They looked at products in the last two weeks and ordered nothing."),
        {"all": [{"event": "product.viewed", "within": "2 weeks"}, {"not": {"event": "order.placed", "within": "2 weeks"}}]},
    ),
    Ready(
        "bought_once", "behaviour", _("Bought once"), _("Lead to the second order: what goes with the first."),
        _("One order, and no second so far."), {"score": "orders", "is": 1},
    ),
    Ready(
        "open_ticket", "behaviour", _("Open complaint"), _("Mark it as a guard: no marketing until it is settled."),
        _("A ticket that the helpdesk has opened and not closed yet; a connection of it keeps the number."),
        {"attribute": "open_tickets", "at_least": 1},
    ),
    Ready(
        "price_sensitive", "habit", _("Waits for lower prices"), _("Tell them of sales, and nobody else."),
        _("At least half of three or more orders had a discount or a code."), {"score": "discount_share", "at_least": 0.5},
    ),
    Ready(
        "full_price", "habit", _("Pays the full price"), _("New goods and service; discounts would be given away."),
        _("None of three or more orders had a discount."), {"score": "discount_share", "is": 0},
    ),
    Ready(
        "seasonal", "habit", _("Buys in one season"), _("Write before their season, and hardly in between."),
        _("Four of five purchases in the same season, in two years at least."), {"score": "season", "exists": True},
    ),
    Ready(
        "mobile", "habit", _("On the phone"), _("Short messages, push, pages made for a small screen."),
        _("Their last visit was on a phone."), {"score": "device", "in": ["mobile", "phone"]},
    ),
    Ready(
        "from_ads", "habit", _("Came by advertisements"), _("See whether those who were paid for come back."),
        _("The first visit that is known came by a paid source."),
        {"score": "first_source", "in": ["google", "facebook", "instagram", "tiktok", "bing", "ads"]},
    ),
    Ready(
        "from_newsletter", "habit", _("Come by newsletters"), _("They read you: ask them, and let them have their say."),
        _("The last visit that is known came by a link in a message."),
        {"score": "last_source", "in": ["newsletter", "email"]},
    ),
    Ready(
        "in_poland", "who", _("In Poland"), _("Delivery, holidays and law of one country."),
        _("The country that is known of them."), {"attribute": "country", "is": "PL"},
    ),
    Ready(
        "born_since_1996", "who", _("Born since 1996"), _("Words and channels of their own."),
        _("By the birthday that they gave; who gave none, or no year, is not in it."),
        {"attribute": "birthday", "after": "1995-12-31"},
    ),
    Ready(
        "told_their_interest", "who", _("Told us what they like"), _("Write of what they asked for, and of nothing else."),
        _("An answer of their own, kept as the attribute “interest”, says more than any guess."),
        {"attribute": "interest", "exists": True},
    ),
    Ready(
        "buys_as_gifts", "who", _("Buys presents"), _("Before the holidays: what to give, until when it arrives."),
        _("They said so, in the attribute “buys for”."), {"attribute": "buys_for", "in": ["others", "gifts"]},
    ),
)  # fmt: skip
