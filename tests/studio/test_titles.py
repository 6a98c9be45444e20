"""A journey's title stands in the reader's language wherever a page or a sentence names it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Message
from orchestrator.studio.timeline import read_timeline
from orchestrator.studio.titles import title_of, titled
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.studio.test_why import SEND, ask, enter
from tests.studio.test_whys import card

ENTRY = (
    "journey: onboarding\ntitle: {pl: Pierwsze kroki, en: First steps}\nentry: {event: customer.signed_up}\n"
)
TITLES = {"pl": "Pierwsze kroki", "en": "First steps"}


def shown(language: str) -> str:
    """The only journey's title."""
    with translation.override(language):
        return title_of(titled(Journey.objects.all()).get())


def test_each_language_has_its_title_and_a_third_has_the_workspaces_first(world: World) -> None:  # noqa: F811
    enter(world, ENTRY + SEND)
    kept = Journey.objects.get().title
    assert [shown("pl"), shown("en"), shown("en-gb"), shown("de")] == [
        "Pierwsze kroki",
        "First steps",
        "First steps",
        kept,
    ]


def test_the_timeline_says_of_which_journey_a_message_is(world: World) -> None:  # noqa: F811
    anna = enter(world, ENTRY + "steps:\n  - send: welcome\n    id: say_hello\n")
    Message.objects.create(**_stray(Message.objects.get()))
    with translation.override("pl"):
        items = read_timeline(Customer.objects.get(pk=anna)).items
    told = [item.detail for item in items if "wiadomość" in item.title]
    assert sorted(told) == ["Pierwsze kroki · say hello", "gone · say hello"]


def _stray(like: Message) -> dict[str, object]:
    """A message of a journey that is not there."""
    fields = {
        one.attname: getattr(like, one.attname)
        for one in Message._meta.concrete_fields
        if one.attname != "id"
    }
    return {**fields, "journey": "gone", "key": "f" * 32, "enrollment_id": None}


def test_a_title_that_was_changed_by_hand_stands_in_every_language(world: World) -> None:  # noqa: F811
    enter(world, ENTRY + SEND)
    Journey.objects.update(title="Our welcome")
    assert [shown("pl"), shown("en")] == ["Our welcome", "Our welcome"]


def test_one_title_for_all_and_a_journey_never_published(world: World) -> None:  # noqa: F811
    enter(world)
    assert [shown("pl"), shown("en")] == ["Welcome", "Welcome"]
    Journey.objects.update(current=None)
    assert [shown("pl"), shown("en")] == ["Welcome", "Welcome"]


@pytest.mark.parametrize("language", ["en", "pl"])
def test_every_page_that_names_a_journey_names_it_so(
    marketer: Client,
    world: World,  # noqa: F811
    language: str,
) -> None:
    anna = enter(world, ENTRY + SEND)
    journey, enrollment = Journey.objects.get(), Enrollment.objects.get()
    other = next(title for code, title in TITLES.items() if code != language)
    pages = [
        reverse("admin:index"),
        reverse("admin:journeys_journey_changelist"),
        reverse("admin:journeys_journeyversion_changelist"),
        reverse("admin:journeys_journeyversion_change", args=[journey.current_id]),
        reverse("admin:journeys_enrollment_change", args=[enrollment.pk]),
        reverse("admin:customers_customer_change", args=[anna]),
    ]
    for url in pages:
        page = marketer.get(url, headers={"Accept-Language": language}).text
        page = page.split('<pre class="st-source"')[0]  # the text as it was written has both
        assert (TITLES[language] in page, other in page) == (True, False), url
    assert TITLES[language] in card(marketer, anna, "onboarding", language)[2]
    assert f"“{TITLES['en']}”" in ask("anna", "onboarding")
    assert f"„{TITLES['pl']}”" in ask("anna", "onboarding", "--language", "pl")
