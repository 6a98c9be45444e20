"""What a campaign would cost, before anything is sent: people by what one message takes, and what budgets have left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from orchestrator import registry
from orchestrator.domain.staircase import Staircase
from orchestrator.messaging.content.sms import count_parts
from orchestrator.messaging.prices import read_prices
from orchestrator.messaging.purses import purses_at
from orchestrator.studio import amounts, words
from orchestrator.studio.campaigns import Wish
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.models import Brand, Workspace


@dataclass(frozen=True, slots=True)
class Cost:
    """What one channel (its code) takes. `how`: "120 people × 2 parts × 0.08 PLN"; `note`: what the sum cannot know."""

    code: str
    channel: str
    how: str
    total: Decimal
    shown: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What a budget has left in the period of the campaign; `short` where the campaign needs more."""

    budget: str
    shown: str
    short: bool


@dataclass(frozen=True, slots=True)
class Estimate:
    """All of it; nothing where no channel has a price."""

    costs: Sequence[Cost]
    total: str
    left: Sequence[Left]


def estimate(wish: Wish, seen: Staircase) -> Estimate:
    """People × parts × price, channel by channel, at the prices of the workspace's own country."""
    workspace = Workspace.get()
    found = [_cost(wish, channel, people, workspace) for channel, people in sorted(seen.channels.items())]
    costs = [one for one in found if one is not None]
    total = sum((one.total for one in costs), Decimal(0))
    shown = amounts.shown(total, workspace.currency) if len(costs) > 1 else ""
    return Estimate(costs, shown, list(_left(wish, costs, workspace)))


def parts_of(wish: Wish) -> tuple[int, str]:
    """The parts of one text message, and in what that may be wrong: a name filled in later makes it longer."""
    texts = [one["sms"] for one in wish.texts.values() if one["sms"]]
    if any("{{" in text or "{%" in text for text in texts):
        return 1, _("Counted as one part each: what is filled in may make it more.")
    counts = {count_parts(text.replace("\r\n", "\n").strip()) for text in texts} or {1}
    return max(counts), _("Counted in its longest language.") if len(counts) > 1 else ""


def _cost(wish: Wish, channel: str, people: int, workspace: Workspace) -> Cost | None:
    provider = registry.current().choose_provider(channel, frozenset()) or ""
    price = read_prices(workspace).find(channel, provider, workspace.country)
    if price is None:
        return None
    parts, note = parts_of(wish) if price.per == "part" else (1, "")
    factors = [words.people(people)]
    if price.per == "part":
        factors.append(ngettext("%(count)s part", "%(count)s parts", parts) % {"count": grouped(parts)})
    factors.append(amounts.shown(price.amount, workspace.currency))
    total = price.of(parts) * people
    return Cost(
        channel,
        words.channel(channel),
        " × ".join(factors),
        total,
        amounts.shown(total, workspace.currency),
        note,
    )


def _left(wish: Wish, costs: Sequence[Cost], workspace: Workspace) -> list[Left]:
    brand = Brand.objects.values_list("id", flat=True).get(key="default")
    answer = []
    for purse in purses_at(timezone.make_aware(wish.at), workspace) if costs else ():
        paid = [one.total for one in costs if purse.budget.applies(one.code, brand, wish.key)]
        if paid:
            left = max(purse.budget.amount - purse.spent, Decimal(0))
            shown = amounts.shown(left, workspace.currency)
            answer.append(Left(purse.budget.name, shown, sum(paid, Decimal(0)) > left))
    return answer
