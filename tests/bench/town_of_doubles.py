"""An invented town of people with common Polish names, and among them some who have two rows.

Names collide as they do in life: the commonest first name is a sixtieth of all, and of two hundred surnames a few are
everybody's. Families share telephones and mailboxes, numbers get new owners, and a shop's tablet is many people's device.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, islice
from typing import Any

WOMEN = [
    "Anna",
    "Maria",
    "Katarzyna",
    "Małgorzata",
    "Agnieszka",
    "Barbara",
    "Ewa",
    "Krystyna",
    "Elżbieta",
    "Magdalena",
    "Joanna",
    "Aleksandra",
    "Zofia",
    "Monika",
    "Teresa",
    "Danuta",
    "Natalia",
    "Julia",
    "Karolina",
    "Marta",
    "Beata",
    "Dorota",
    "Janina",
    "Jadwiga",
    "Alicja",
    "Jolanta",
    "Halina",
    "Iwona",
    "Grażyna",
    "Irena",
    "Paulina",
    "Justyna",
    "Zuzanna",
    "Bożena",
    "Wiktoria",
    "Urszula",
    "Renata",
    "Hanna",
    "Sylwia",
    "Agata",
    "Patrycja",
    "Helena",
    "Maja",
    "Emilia",
    "Izabela",
    "Oliwia",
    "Wanda",
    "Weronika",
    "Ewelina",
    "Aneta",
    "Martyna",
    "Kinga",
    "Marzena",
    "Klaudia",
    "Stanisława",
    "Lena",
    "Wiesława",
    "Kazimiera",
    "Dominika",
    "Łucja",
]
MEN = [
    "Piotr",
    "Krzysztof",
    "Andrzej",
    "Tomasz",
    "Paweł",
    "Jan",
    "Michał",
    "Marcin",
    "Jakub",
    "Adam",
    "Marek",
    "Łukasz",
    "Grzegorz",
    "Mateusz",
    "Wojciech",
    "Mariusz",
    "Dariusz",
    "Zbigniew",
    "Maciej",
    "Rafał",
    "Robert",
    "Kamil",
    "Jerzy",
    "Dawid",
    "Szymon",
    "Jacek",
    "Kacper",
    "Ryszard",
    "Tadeusz",
    "Józef",
    "Jarosław",
    "Artur",
    "Sławomir",
    "Henryk",
    "Sebastian",
    "Damian",
    "Patryk",
    "Przemysław",
    "Daniel",
    "Roman",
    "Karol",
    "Kazimierz",
    "Wiesław",
    "Filip",
    "Aleksander",
    "Adrian",
    "Antoni",
    "Franciszek",
    "Dominik",
    "Mirosław",
    "Bartosz",
    "Leszek",
    "Waldemar",
    "Stanisław",
    "Bartłomiej",
    "Mikołaj",
    "Wiktor",
    "Hubert",
    "Edward",
    "Żelisław",
]
STEMS = [
    "Nowak",
    "Kowalsk+",
    "Wiśniewsk+",
    "Wójcik",
    "Kowalczyk",
    "Kamińsk+",
    "Lewandowsk+",
    "Zielińsk+",
    "Szymańsk+",
    "Woźniak",
    "Dąbrowsk+",
    "Kozłowsk+",
    "Mazur",
    "Jankowsk+",
    "Kwiatkowsk+",
    "Wojciechowsk+",
    "Krawczyk",
    "Kaczmarek",
    "Piotrowsk+",
    "Grabowsk+",
    "Zając",
    "Pawłowsk+",
    "Michalsk+",
    "Król",
    "Wieczorek",
    "Jabłońsk+",
    "Wróbel",
    "Nowakowsk+",
    "Majewsk+",
    "Olszewsk+",
    "Dudek",
    "Stępień",
    "Jaworsk+",
    "Adamczyk",
    "Malinowsk+",
    "Górsk+",
    "Nowick+",
    "Pawlak",
    "Sikora",
    "Witkowsk+",
    "Rutkowsk+",
    "Walczak",
    "Baran",
    "Michalak",
    "Szewczyk",
    "Ostrowsk+",
    "Tomaszewsk+",
    "Zalewsk+",
    "Wróblewsk+",
    "Pietrzak",
    "Jasińsk+",
    "Marciniak",
    "Sadowsk+",
    "Bąk",
    "Zawadzk+",
    "Duda",
    "Jakubowsk+",
    "Wilk",
    "Chmielewsk+",
    "Borkowsk+",
    "Włodarczyk",
    "Sokołowsk+",
    "Szczepańsk+",
    "Sawick+",
    "Kucharsk+",
    "Lis",
    "Kubiak",
    "Kalinowsk+",
    "Wysock+",
    "Mazurek",
    "Maciejewsk+",
    "Kołodziej",
    "Kaźmierczak",
    "Czarneck+",
    "Głowack+",
    "Sobczak",
    "Konieczn+",
    "Krupa",
    "Urbańsk+",
    "Zakrzewsk+",
    "Błaszczyk",
    "Krajewsk+",
    "Laskowsk+",
    "Gajewsk+",
    "Mroz",
    "Ziółkowsk+",
    "Szulc",
    "Makowsk+",
    "Brzezińsk+",
    "Przybylsk+",
    "Baranowsk+",
    "Kaczmarczyk",
    "Wasilewsk+",
    "Borowsk+",
    "Cieślak",
    "Andrzejewsk+",
    "Górecka",
    "Sobolewsk+",
    "Ziętek",
    "Gołąb",
    "Żak",
    "Cichy",
]
CITIES = [
    "Warszawa",
    "Kraków",
    "Łódź",
    "Wrocław",
    "Poznań",
    "Gdańsk",
    "Szczecin",
    "Bydgoszcz",
    "Lublin",
    "Białystok",
    "Katowice",
    "Gdynia",
    "Częstochowa",
    "Radom",
    "Rzeszów",
    "Toruń",
    "Sosnowiec",
    "Kielce",
    "Gliwice",
    "Olsztyn",
    "Zabrze",
    "Bielsko-Biała",
    "Bytom",
    "Zielona-Góra",
    "Rybnik",
    "Ruda-Śląska",
    "Opole",
    "Tychy",
]
DOMAINS = {"gmail.com": 40, "wp.pl": 20, "o2.pl": 12, "interia.pl": 10, "onet.pl": 10, "shop.example": 8}
PLAIN = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")
SHORT = {
    "Anna": "Ania",
    "Katarzyna": "Kasia",
    "Małgorzata": "Gosia",
    "Jan": "Janek",
    "Tomasz": "Tomek",
    "Zofia": "Zosia",
}
TABLET = "tablet-of-the-shop"
WAYS = ("form", "slip", "phone", "born", "device", "told", "provider", "place")


@dataclass(slots=True)
class Neighbour:
    """One row: what a shop knows of somebody. `of`: the number of the row that is the same person; 0 for nobody."""

    number: int
    first: str
    last: str
    email: str
    phone: str
    born: str
    city: str
    postcode: str
    device: str = ""
    of: int = 0
    way: str = ""
    more: dict[str, Any] = field(default_factory=dict)

    def attributes(self) -> dict[str, Any]:
        """As they stand in a customer's row."""
        known = {"first_name": self.first, "last_name": self.last, "birthday": self.born, "city": self.city}
        return {
            name: value for name, value in (known | {"postcode": self.postcode} | self.more).items() if value
        }


def _falling(words: list[str]) -> tuple[list[str], list[float]]:
    """The words, each a little rarer than the one before."""
    return words, list(accumulate(1 / (place + 5) for place in range(len(words))))


_WOMEN, _MEN, _STEMS, _CITIES = (_falling(words) for words in (WOMEN, MEN, STEMS, CITIES))


def town(people: int, doubles: int, seed: int = 1) -> Iterator[Neighbour]:
    """So many people, and after some of them a second row, `doubles` in all."""
    chance = random.Random(seed)
    every, before, number = max(1, people // max(1, doubles)), None, 0
    for place in range(people):
        number += 1
        one = _person(number, chance, before)
        yield one
        before = one
        if doubles and place % every == every - 1:
            number, doubles = number + 1, doubles - 1
            yield _double(one, number, WAYS[place // every % len(WAYS)], chance)


def _person(number: int, chance: random.Random, before: Neighbour | None) -> Neighbour:
    names, weights = chance.choice((_WOMEN, _MEN))
    first = chance.choices(names, cum_weights=weights)[0]
    stem = chance.choices(_STEMS[0], cum_weights=_STEMS[1])[0]
    last = stem.replace("+", "a" if names is WOMEN else "i")
    city = chance.choices(_CITIES[0], cum_weights=_CITIES[1])[0]
    one = Neighbour(
        number, first, last, _email(first, last, number, chance), f"+48{500_000_000 + number * 37 % 400_000_000}",
        _birthday(chance), city, f"{chance.randint(0, 99):02}-{chance.randint(0, 999):03}",
        f"device-{number}" if chance.random() < 0.3 else "",
    )  # fmt: skip
    drawn = chance.random()
    if before is not None and before.of == 0 and drawn < 0.06:
        return _relative(one, before, chance)
    if before is not None and drawn < 0.065:
        return replace(one, phone=before.phone)  # the number has a new owner
    return replace(one, device=TABLET) if drawn < 0.066 else one


def _relative(one: Neighbour, before: Neighbour, chance: random.Random) -> Neighbour:
    """Somebody of one household: another first name, and much else that is the same."""
    names = WOMEN if before.first in MEN else MEN
    last = (
        before.last[:-1] + ("a" if names is WOMEN else "i")
        if before.last[-2:] in ("ki", "ka")
        else before.last
    )
    shares = {"phone": before.phone} if chance.random() < 0.5 else {}
    shares |= {"email": before.email} if chance.random() < 0.3 else {}
    return replace(
        one, first=chance.choice(names), last=last, city=before.city, postcode=before.postcode, **shares
    )


def _double(one: Neighbour, number: int, way: str, chance: random.Random) -> Neighbour:
    """The same person once more, otherwise written and known by something else."""
    last, other = one.last, _person(number, chance, None)
    two = replace(
        other, first=one.first, last=last, city="", postcode="", born="", device="", of=one.number, way=way
    )
    local, domain = one.email.split("@")
    if way == "form":
        dots = (
            f"{local[0]}.{local[1:]}" if domain == "gmail.com" and "." not in local[:2] else f"{local}+shop"
        )
        return replace(two, email=f"{dots}@{domain}", first="", last="")
    if way == "slip":
        at = chance.randrange(1, 5)
        return replace(two, email=f"{local[:at]}{local[at + 1 :]}@{domain}", city=one.city)
    if way == "phone":
        return replace(two, phone=one.phone, first=SHORT.get(one.first, one.first.translate(PLAIN)))
    if way == "born":
        return replace(two, born=one.born, first=last.translate(PLAIN).upper(), last=one.first.upper())
    if way == "device":
        one.device = one.device if one.device not in ("", TABLET) else f"device-{one.number}"
        return replace(two, device=one.device)
    if way == "told":
        return replace(two, more={"phone": f"{one.phone[3:6]} {one.phone[6:9]} {one.phone[9:]}"})
    if way == "provider":
        unusual = f"{local}x{one.number}"
        one.email = f"{unusual}@{domain}"
        return replace(two, email=f"{unusual}@poczta.example")
    return replace(two, postcode=one.postcode, city=one.city)


def _email(first: str, last: str, number: int, chance: random.Random) -> str:
    a, b = (one.translate(PLAIN).lower() for one in (first, last))
    year = chance.randint(50, 99)
    local = chance.choice(
        [f"{a}.{b}{number}", f"{a[0]}{b}{year}.{number}", f"{b}.{a}.{number}", f"{a}{year}{b}{number}"]
    )
    domain = chance.choices(list(DOMAINS), weights=list(DOMAINS.values()))[0]
    return f"{local}@{domain}"


def _birthday(chance: random.Random) -> str:
    return (
        (date(1946, 1, 1) + timedelta(days=chance.randrange(60 * 365))).isoformat()
        if chance.random() < 0.7
        else ""
    )


def move_in(
    people: Iterable[Neighbour], now: datetime | None = None, at_once: int = 5_000
) -> dict[int, tuple[int, str]]:
    """Store them under their numbers; answers number -> (whose double it is, by what) of those who are one."""
    from orchestrator.customers.addresses import normalise_email
    from orchestrator.customers.models import Address, Customer
    from orchestrator.domain.keys import address_hash
    from orchestrator.store import bulk

    now = now or datetime(2026, 3, 2, 12, tzinfo=UTC)
    secret, doubles, left = b"a secret of the bench", {}, iter(people)
    ahead = list(islice(left, 1))
    while ahead:
        chunk = [*ahead, *islice(left, at_once)]
        ahead = list(islice(left, 1))
        doubles |= {one.number: (one.of, one.way) for one in chunk if one.of}
        bulk.insert(
            Customer,
            ("id", "external_id", "attributes", "country", "created_at", "updated_at"),
            [(one.number, f"t{one.number}", one.attributes(), "PL", now, now) for one in chunk],
            always={"language": "pl", "time_zone": "", "last_seen_zone": "", "personalization": "full",
                    "changed_pending": False},
        )  # fmt: skip
        rows = [
            (one.number, channel, value, address_hash(secret, channel, value), now)
            for one in chunk
            for channel, value in (
                ("email", normalise_email(one.email)), ("sms", one.phone), ("push", one.device),
            )
            if value
        ]  # fmt: skip
        bulk.insert(
            Address,
            ("customer", "channel", "value", "digest", "created_at"),
            rows,
            always={"invalid_reason": ""},
        )
    return doubles
