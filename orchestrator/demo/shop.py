"""The tale of the sample shop: a tea shop with regulars, people who stayed away, and people who come new."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from orchestrator.demo.buying import Habit, buy
from orchestrator.demo.goods import GOODS, basket, total
from orchestrator.demo.people import come_again, make
from orchestrator.demo.tale import Act, Newcomer, Tale
from orchestrator.workspace.models import Brand

HISTORY = timedelta(days=500)
NEW_SHARE = 0.35  # of the people, who come while the tale is told
SOURCES = ("google", "facebook", "instagram", "newsletter", "")  # "" for who typed the address
DEVICES = ("mobile", "desktop", "tablet")
AGAIN, KNOWN = 0.008, 50  # of the people: a second account of somebody; from the how manyth on
THRIFTY, CART = 0.1, 0.2  # of the people; of the visits without an order


def tell(count: int, weeks: int, ends: datetime, seed: int) -> Tale:
    """`count` people, and `weeks` of their life up to `ends`. The same arguments tell the same tale."""
    begins = ends - timedelta(weeks=weeks)
    newcomers: list[Newcomer] = []
    acts: list[Act] = []
    for number in range(count):
        chance = random.Random(f"{seed}:{number}")
        if number >= KNOWN and chance.random() < AGAIN:
            one = come_again(number, chance.choice(newcomers), ends, chance)
        else:
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
    yield Act(one.at, who, "customer.signed_up", f"up-{who}", properties=_came(chance))
    at = one.at + timedelta(hours=chance.expovariate(1 / 30))
    pace, usual = chance.lognormvariate(3.4, 0.8), chance.lognormvariate(4.3, 0.5)
    habit = Habit(usual, 0.8 if chance.random() < THRIFTY else 0)
    visits = 0
    while at < ends and chance.random() > 0.1:
        visits += 1
        yield from _visit(who, at, visits, habit, chance)
        at += timedelta(days=chance.expovariate(1 / pace))


def _came(chance: random.Random) -> dict[str, str]:
    """Where from and on what they came the first time."""
    said = {
        "source": chance.choice(["web", "shop"]),
        "utm_source": chance.choices(SOURCES, (25, 12, 6, 8, 49))[0],
        "device": chance.choices(DEVICES, (55, 37, 8))[0],
    }
    return {name: value for name, value in said.items() if value}


def _visit(who: str, at: datetime, number: int, habit: Habit, chance: random.Random) -> Iterator[Act]:
    looked = chance.choice(GOODS)
    said = {"product_id": looked.key, "name": looked.title, "category": looked.category}
    yield Act(at, who, "product.viewed", f"look-{who}-{number}", looked.price, said)
    then = at + timedelta(minutes=chance.randint(3, 50))
    if chance.random() < 0.6:
        yield from buy(who, f"{who}-{number}", then, habit, chance)
    elif chance.random() < CART:
        items = basket(habit.usual, chance)
        left = {"items": [one.plain() for one in items], "currency": "PLN"}
        yield Act(then, who, "cart.updated", f"cart-{who}-{number}", total(items), left)
