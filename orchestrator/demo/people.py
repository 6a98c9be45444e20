"""The sample shop's people: Polish and foreign, reachable and not, willing and unwilling."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from orchestrator.customers.people import Person
from orchestrator.demo.goods import BLACK, GREEN, HERBAL, WARE
from orchestrator.demo.tale import Newcomer

POLISH = (
    ("Anna Maria Katarzyna Małgorzata Agnieszka Barbara Ewa Zofia Joanna Łucja Żaneta Julia Zuzanna Hanna Oliwia"),
    ("Piotr Krzysztof Andrzej Tomasz Paweł Jan Michał Marcin Jakub Łukasz Grzegorz Wojciech Stanisław Józef Antoni"),
    ("Nowak Wójcik Kowalczyk Woźniak Mazur Krawczyk Zając Król Wróbel Pająk Dudek Stępień Bąk Sikora Żak Gołąb"),
)  # fmt: skip
CITIES = "Warszawa Kraków Łódź Wrocław Poznań Gdańsk Szczecin Lublin Białystok Toruń Rzeszów Kielce Zamość"
# country: (language, zone, first names, family names, cities)
FOREIGN: dict[str, tuple[str, str, str, str, str]] = {
    "DE": (
        "de",
        "Europe/Berlin",
        "Lena Jürgen Sophie Max Käthe",
        "Müller Schäfer Weiß Groß",
        "Berlin Köln Görlitz",
    ),
    "CZ": (
        "cs",
        "Europe/Prague",
        "Jana Jiří Eliška Ondřej",
        "Novák Dvořák Černá Růžička",
        "Praha Brno Ostrava",
    ),
    "UA": ("uk", "Europe/Kyiv", "Олена Андрій Ірина Тарас", "Шевченко Коваль Бондар", "Львів Київ Одеса"),
    "GB": (
        "en",
        "Europe/London",
        "Alice Oliver Grace Harry",
        "Smith Brown Taylor O'Neill",
        "London Leeds Bath",
    ),
    "US": ("en", "America/New_York", "Emma Noah Ava Liam", "Johnson Miller Davis", "Boston Albany Newark"),
    "IS": ("is", "Atlantic/Reykjavik", "Þóra Guðrún Jón Ægir", "Jónsdóttir Þórsson", "Reykjavík Akureyri"),
}
INTERESTS = (GREEN, BLACK, HERBAL, WARE)
FOREIGN_SHARE = 0.22
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def make(number: int, at: datetime, chance: random.Random) -> Newcomer:
    """The number-th person, known since `at`."""
    country = chance.choice(list(FOREIGN)) if chance.random() < FOREIGN_SHARE else "PL"
    language, zone, first, last, city = _home(country, chance)
    person = Person(
        external_id=f"S-{number:05d}",
        language=language,
        country=country,
        time_zone=zone if chance.random() < 0.8 else "",
        attributes=_attributes(first, last, city, at.date(), chance),
        addresses=_addresses(number, first, last, country, chance),
        created_at=at,
    )
    return Newcomer(at, person, _consents(person, chance), bounced=chance.random() < 0.015)


def come_again(number: int, known: Newcomer, ends: datetime, chance: random.Random) -> Newcomer:
    """Somebody known, who has made another account: as the number-th person, with their address written otherwise."""
    email = known.person.addresses.get("email", "")
    local, _, domain = email.partition("@")
    other = f"{local}+{chance.choice(['herbata', 'sklep', '2'])}@{domain}" if email else ""
    addresses = {"email": other} if other else dict(known.person.addresses)
    at = known.at + (ends - known.at) * chance.random()
    person = replace(known.person, external_id=f"S-{number:05d}", addresses=addresses, created_at=at)
    return Newcomer(at, person, _consents(person, chance))


def _home(country: str, chance: random.Random) -> tuple[str, str, str, str, str]:
    if country == "PL":
        first = chance.choice(chance.choice(POLISH[:2]).split())
        return "pl", "Europe/Warsaw", first, chance.choice(POLISH[2].split()), chance.choice(CITIES.split())
    language, zone, *names = FOREIGN[country]
    first, last, city = (chance.choice(words.split()) for words in names)
    return language, zone, first, last, city


def _attributes(first: str, last: str, city: str, joined: date, chance: random.Random) -> dict[str, Any]:
    known: dict[str, Any] = {"first_name": first, "last_name": last, "city": city}
    if chance.random() < 0.6:
        born = date(joined.year - chance.randint(18, 75), 1, 1) + timedelta(days=chance.randint(0, 364))
        known["birthday"] = born.isoformat()
    if chance.random() < 0.15:
        known["loyalty_tier"] = chance.choice(["silver", "gold", "platinum"])
    if chance.random() < 0.2:  # they were asked in the sign-up form
        known["interest"] = chance.choice(INTERESTS)
        known["buys_for"] = chance.choice(["myself", "myself", "others", "gifts"])
    return known


def _addresses(number: int, first: str, last: str, country: str, chance: random.Random) -> dict[str, str]:
    answer: dict[str, str] = {}
    local = f"{first}.{last}".translate(PLAIN).lower().replace("'", "")
    if chance.random() < 0.96:
        answer["email"] = f"{local if local.isascii() else 'klient'}.{number}@example.com"
    if country == "PL" and chance.random() < 0.7:
        answer["sms"] = f"+48 600 0{number // 1000 % 100:02d} {number % 1000:03d}"
    elif country == "GB" and chance.random() < 0.5:
        answer["sms"] = f"+44 7700 900{number % 1000:03d}"
    if chance.random() < 0.3:
        answer["push"] = f"demo-device-{number:05d}"
    return answer


def _consents(person: Person, chance: random.Random) -> dict[str, str]:
    """Most allow, some withdrew, some were never asked; each channel by itself."""
    allowed = {"email": 0.84, "sms": 0.55, "push": 0.9}
    answer: dict[str, str] = {}
    for channel in person.addresses:
        drawn = chance.random()
        if drawn < allowed[channel]:
            answer[channel] = "granted"
        elif drawn < allowed[channel] + 0.06:
            answer[channel] = "withdrawn"
    return answer
