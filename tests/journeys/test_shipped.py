"""The shipped journeys: nothing is wrong with them, nothing in them is unused, and they read well for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pytest

from orchestrator import registry
from orchestrator.journeys.check import check
from orchestrator.journeys.folders import Folder
from orchestrator.journeys.models import JourneyVersion
from orchestrator.journeys.publish import publish
from orchestrator.journeys.yaml import format as format_journey
from orchestrator.journeys.yaml import read
from orchestrator.messaging.content.prepare import prepare
from orchestrator.messaging.content.render import InProcessRenderer, Rendered, RenderJob
from orchestrator.messaging.content.sms import measure
from orchestrator.messaging.content.source import TemplateSource, read_template
from orchestrator.messaging.models import TemplateVersion
from tests.journeys.paths import folders
from tests.scenarios.world import MONDAY_NOON

LANGUAGES = ("pl", "en")
UNSUBSCRIBE = "https://shop.example/u/token"
CONFIRM = "https://shop.example/d/" + "t" * 38  # as long as a real one
CONFIRMING = (
    "double_opt_in",
    "double_opt_in_sms",
)  # transactional: nobody unsubscribes from what they asked for
BARE: dict[str, Any] = {
    "customer": {"language": "", "country": ""},
    "event": {},
    "entry": {},
    "journey": {"title": "A journey"},
    "brand": {"name": "Zielona Filiżanka", "footer": "", "logo_url": "", "colour": "#7c3aed"},
    "shop": {"url": ""},
    "currency": "PLN",
    "unsubscribe_url": UNSUBSCRIBE,
    "preferences_url": "https://shop.example/p/token",
    "confirm_url": CONFIRM,
}
FULL: dict[str, Any] = BARE | {
    "customer": {
        "first_name": "Aleksandra",
        "last_name": "Szczepańska",
        "language": "pl",
        "country": "PL",
        "birthday": "1992-02-29",
        "loyalty_points": 1234,
        "birthday_code": "URODZINY26",
        "comeback_code": "WROC-8K2M4T",
    },
    "event": {"order_id": "S-1", "count": 2, "currency": "PLN", "amount": 123.5},
    "entry": {"key": "order_5", "value": 5},
    "brand": BARE["brand"]
    | {"footer": "ul. Przykładowa 1, Warszawa", "logo_url": "https://shop.example/l.png"},
    "shop": {"url": "https://shop.example"},
}


@dataclass(frozen=True)
class Part:
    """One channel of one template in one language."""

    journey: str
    template: str
    channel: str
    language: str

    def __str__(self) -> str:
        return f"{self.journey}/{self.template} {self.channel} {self.language}"


@pytest.fixture
def shop(db: None) -> Iterator[None]:
    """An installation as it comes, without plugins."""
    registry.reset(registry.load([]))
    yield
    registry.reset()


def sources(folder: Folder) -> dict[str, TemplateSource]:
    found = [read_template(read(one.text, one.file), one.file) for one in folder.templates]
    return {one.key: one for one in found}


@lru_cache(maxsize=1)
def prepared() -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (folder.path.name, key): prepare(
            source, "transactional" if folder.path.name in CONFIRMING else "marketing", LANGUAGES
        )
        for folder in folders()
        for key, source in sources(folder).items()
    }


def parts() -> list[Part]:
    return [
        Part(folder.path.name, key, channel, language)
        for folder in folders()
        for key, source in sources(folder).items()
        for channel in ("email", "sms", "push")
        for language in getattr(source, channel)
    ]


def render(part: Part, context: dict[str, Any]) -> dict[str, str]:
    """The texts of a rendered part by name; fails with the renderer's words."""
    job = RenderJob(
        "digest", prepared()[part.journey, part.template], part.channel, (part.language,), context
    )
    (answer,) = InProcessRenderer({}).render([job])
    assert isinstance(answer, Rendered), answer
    assert answer.language == part.language
    names = ("subject", "html", "text", "title", "body", "url")
    return {name: getattr(answer.content, name) for name in names if hasattr(answer.content, name)}


def test_these_are_the_shipped_journeys() -> None:
    shipped = [*CONFIRMING, "loyalty_milestones", "onboarding", "reactivation"]
    assert [folder.path.name for folder in folders()] == shipped


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
def test_nothing_is_wrong_doubtful_or_unused(folder: Folder, shop: None) -> None:
    checked = check(folder.journey, folder.templates)
    assert checked.warnings == ()
    assert checked.definition.key == folder.path.name
    assert set(checked.definition.title) == set(LANGUAGES)
    used = {one.name for one in checked.definition.references() if one.kind == "template"}
    assert used == set(checked.templates)
    assert {source.file.rsplit("/", 1)[-1] for source in checked.templates.values()} == {
        f"{key}.yaml" for key in used
    }
    known = registry.current()
    assert format_journey(folder.journey.text, known.steps, known.conditions) == folder.journey.text


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
def test_every_part_is_in_both_languages(folder: Folder) -> None:
    for source in sources(folder).values():
        for channel in ("email", "sms", "push"):
            assert set(getattr(source, channel)) in (set(), set(LANGUAGES)), (source.key, channel)


@pytest.mark.parametrize("folder", folders(), ids=lambda folder: folder.path.name)
def test_publishing_again_makes_no_version(folder: Folder, shop: None) -> None:
    first = publish(folder.journey, folder.templates, MONDAY_NOON)
    assert (first.number, first.unchanged, first.warnings) == (1, False, ())
    again = publish(folder.journey, folder.templates, MONDAY_NOON)
    assert (again.number, again.unchanged) == (1, True)
    assert JourneyVersion.objects.count() == 1
    assert TemplateVersion.objects.count() == len(folder.templates)


@pytest.mark.parametrize("part", parts(), ids=str)
def test_it_reads_well_whether_nothing_is_known_or_everything(part: Part) -> None:
    for context in (BARE, FULL):
        texts = render(part, context)
        for name in set(texts) - {"html", "url"}:
            assert texts[name].strip() == texts[name] != "", name
            # A name that is missing leaves no hole: no comma or full stop after a space, nothing doubled.
            assert not re.search(r" [,.!?]|,,|\.\.|\(\)|None|[{}]", texts[name]), (name, texts[name])
            assert not re.search(r"(?<=\S)  ", texts[name]) or name == "text", (name, texts[name])
        if part.channel == "email":
            link, other = (CONFIRM, UNSUBSCRIBE) if part.journey in CONFIRMING else (UNSUBSCRIBE, CONFIRM)
            assert link in texts["html"]
            assert link in texts["text"]
            assert other not in texts["html"]
            assert 'href=""' not in texts["html"]
        if part.channel == "sms":
            size = measure(texts["text"])
            assert (size.parts, size.encoding) == (1, "gsm7"), (size, texts["text"])
        if part.channel == "push":
            assert texts["url"] == context["shop"]["url"]


@pytest.mark.parametrize("part", [one for one in parts() if one.channel == "email"], ids=str)
def test_who_gave_a_name_is_called_by_it(part: Part) -> None:
    """Once in every email; more would be a salesman's trick."""
    assert render(part, FULL)["text"].count("Aleksandra") == 1


ORDERS = Part("loyalty_milestones", "order_mark", "email", "pl")
SPENT = Part("loyalty_milestones", "spent_mark", "email", "pl")


@pytest.mark.parametrize(
    ("part", "value", "subject"),
    [
        (ORDERS, 5, "5 zamówień. Dziękujemy!"),
        (ORDERS, 10, "10 zamówień. Dziękujemy!"),
        (ORDERS, 22, "22 zamówienia. Dziękujemy!"),  # a mark that a shop may add
        (ORDERS, None, "Dziękujemy, że wracasz"),
        (SPENT, 100, "Małe podziękowanie"),
        (SPENT, 250, "Małe podziękowanie"),
        (SPENT, 500, "Dziękujemy za zaufanie warte więcej niż 500 zł"),
        (SPENT, None, "Małe podziękowanie"),
    ],
)
def test_the_mark_is_named_in_the_readers_language(part: Part, value: int | None, subject: str) -> None:
    entry = {} if value is None else {"key": "a_mark", "value": value}
    assert render(part, FULL | {"entry": entry})["subject"].replace("\u00a0", " ") == subject


def test_the_sum_is_in_the_shops_currency() -> None:
    part = Part("loyalty_milestones", "spent_mark", "email", "en")
    context = FULL | {"entry": {"key": "spent_500", "value": 500}, "currency": "EUR"}
    assert render(part, context)["subject"] == "Thank you for trust worth more than €500"
    first = Part("loyalty_milestones", "first_order", "email", "pl")
    assert "zamówienie na 123,50 zł jest" in render(first, FULL)["text"].replace("\u00a0", " ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_code_of_ones_own_comes_before_the_common_one(language: str) -> None:
    for template in ("come_back", "last_days"):
        part = Part("reactivation", template, "email", language)
        assert "WROC-8K2M4T" in render(part, FULL)["text"]
        assert "WRACAM10" not in render(part, FULL)["text"]
        assert "WRACAM10" in render(part, BARE)["text"]
    birthday = Part("loyalty_milestones", "birthday", "sms", language)
    assert "URODZINY26" in render(birthday, FULL)["text"]
    assert "kod" not in render(birthday, BARE)["text"]
    assert "code" not in render(birthday, BARE)["text"]
