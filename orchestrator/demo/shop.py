"""The tale of the sample shop: a tea shop with regulars, people who stayed away, and people who come new."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from orchestrator.demo.people import make
from orchestrator.demo.tale import Act, Newcomer, Tale
from orchestrator.workspace.models import Brand

HISTORY = timedelta(days=500)
NEW_SHARE = 0.35  # of the people, who come while the tale is told
PRODUCTS = (
    "sencha",
    "darjeeling",
    "assam",
    "rooibos",
    "yerba-mate",
    "earl-grey",
    "gunpowder",
    "herbata-zimowa",
)


def tell(count: int, weeks: int, ends: datetime, seed: int) -> Tale:
    """`count` people, and `weeks` of their life up to `ends`. The same arguments tell the same tale."""
    begins = ends - timedelta(weeks=weeks)
    newcomers: list[Newcomer] = []
    acts: list[Act] = []
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        one = make(number, _comes(begins, ends, chance), chance)
        newcomers.append(one)
        acts += _life(one, ends, chance)
    return Tale(begins, ends, newcomers, acts)


def furnish() -> None:
    """Give the shop its name and look."""
    Brand.objects.filter(key="default").update(
        name="Zielona Filiżanka",
        sender_name="Zielona Filiżanka",
        sender_address="herbata@example.com",
        sms_sender="Filizanka",
        site_url="https://shop.example",
        colour="#1f7a4d",
        footer={
            "pl": "Zielona Filiżanka sp. z o.o., ul. Przykładowa 1, 00-001 Warszawa",
            "en": "Zielona Filiżanka sp. z o.o., 1 Przykładowa St, 00-001 Warsaw, Poland",
        },
    )


def _comes(begins: datetime, ends: datetime, chance: random.Random) -> datetime:
    if chance.random() < NEW_SHARE:
        return begins + (ends - begins) * chance.random()
    return begins - HISTORY * chance.random() ** 0.7


def _life(one: Newcomer, ends: datetime, chance: random.Random) -> Iterator[Act]:
    """Signs up; looks around; buys now and then, each at their own pace, until one day they stay away."""
    who = str(one.person.external_id)
    yield Act(
        one.at, who, "customer.signed_up", f"up-{who}", properties={"source": chance.choice(["web", "shop"])}
    )
    at = one.at + timedelta(hours=chance.expovariate(1 / 30))
    pace, usual = chance.lognormvariate(3.4, 0.8), chance.lognormvariate(4.3, 0.5)
    visits = 0
    while at < ends and chance.random() > 0.1:
        visits += 1
        looked = {"product": chance.choice(PRODUCTS)}
        yield Act(at, who, "product.viewed", f"look-{who}-{visits}", properties=looked)
        if chance.random() < 0.6:
            yield _order(who, at + timedelta(minutes=chance.randint(3, 50)), visits, usual, chance)
        at += timedelta(days=chance.expovariate(1 / pace))


def _order(who: str, at: datetime, number: int, usual: float, chance: random.Random) -> Act:
    amount = Decimal(max(9, round(usual * chance.uniform(0.5, 1.6), 1))).quantize(Decimal("0.01"))
    properties = {"order_id": f"{who}-{number}", "count": chance.randint(1, 5), "currency": "PLN"}
    return Act(at, who, "order.placed", f"order:{who}-{number}", amount, properties)
