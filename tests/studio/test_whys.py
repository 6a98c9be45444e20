"""The card of a customer's page that answers for a journey, in the sentences of `manage.py why`."""

from __future__ import annotations

import html
import re
from datetime import timedelta

from django.test import Client
from django.urls import reverse

from orchestrator.customers.models import Customer
from orchestrator.journeys.models import Enrollment, Journey
from orchestrator.messaging.models import Decision, Message, QuietHoursRule
from tests.scenarios.conftest import world  # noqa: F401 - the fixture
from tests.scenarios.world import World
from tests.studio.sample import fill
from tests.studio.test_queries import count
from tests.studio.test_why import NIGHTS, ask, enter

CARD = re.compile(r'<section class="st-card" aria-labelledby="why">(.*?)</section>', re.DOTALL)


def card(client: Client, customer: int, journey: str = "", language: str = "en") -> list[str]:
    """The lines of the card, as one reads them, but for the link that leads on; [] where the page has none."""
    url = reverse("admin:customers_customer_change", args=[customer])
    page = client.get(url, {"why": journey} if journey else {}, headers={"Accept-Language": language}).text
    found = CARD.search(page)
    broken = re.sub(r"</(div|span></span)>", "\n", found.group(1)) if found else ""
    text = re.sub(r"<[^>]+>", "", broken)
    lines = [" ".join(html.unescape(line).split()) for line in text.splitlines() if line.strip()]
    return [line for line in lines if line not in ("Let them in by hand", "Wpuść ręcznie")]


def test_the_card_names_each_live_journey_and_says_nothing_until_it_is_asked(
    marketer: Client,
    world: World,  # noqa: F811
) -> None:
    anna = enter(world)
    world.publish(
        "journey: loyalty\ntitle: Thanks\nentry: {event: order.placed}\nsteps: [{wait: 1 day, id: rest}]\n"
    )
    draft = Journey.objects.create(key="draft", title="Draft", brand_id=Journey.objects.first().brand_id)
    assert draft.status == "draft"
    assert card(marketer, anna) == [
        "Why did they get this, or why not? choose a journey",
        "Thanks never entered",
        "Welcome completed",
    ]


def test_the_page_says_what_the_terminal_says(marketer: Client, world: World) -> None:  # noqa: F811
    anna = enter(world)
    reference = Message.objects.get().reference
    assert card(marketer, anna, "onboarding") == [
        "Why did they get this, or why not?",
        "Welcome completed",
        "Anna (anna) in “Welcome”: Completed on March 2, 2026, 1 p.m.",
        "Entered on March 2, 2026, 1 p.m. by customer.signed_up of March 2, 2026, 1 p.m. (v1).",
        "Send “welcome” by email hello",
        "went on",
        "Email message accepted by the provider (March 2, 2026, 1 p.m.).",
        "March 2, 2026, 1 p.m., gate: Allowed: every check said yes",
        f"March 2, 2026, 1 p.m., attempt 1, mailbox_email: accepted ({reference})",
        "March 2, 2026, 1 p.m.",
        "Completed on March 2, 2026, 1 p.m. The way through the journey",
    ]


def test_somebody_who_never_entered_is_told_why_in_both_languages(
    marketer: Client,
    world: World,  # noqa: F811
) -> None:
    enter(world)
    eva = world.person("eva")
    for language in ("en", "pl"):
        lines = card(marketer, eva, "onboarding", language)
        assert lines[2:] == ask("eva", "onboarding", "--language", language).splitlines()
        assert len(lines) > 2
    assert card(marketer, eva, "onboarding")[2].startswith("Eva (eva) has never entered “Welcome”. ")


def test_a_journey_that_nobody_knows_is_no_answer_and_no_error(
    marketer: Client,
    world: World,  # noqa: F811
) -> None:
    anna = enter(world)
    assert card(marketer, anna, "nonsense") == card(marketer, anna)


def test_a_journey_that_is_no_longer_live_still_answers_those_who_were_in_it(
    marketer: Client,
    world: World,  # noqa: F811
) -> None:
    anna = enter(world)
    bea = world.person("bea")
    Journey.objects.update(status="stopped")
    assert card(marketer, anna)[1:] == ["Welcome completed"]
    assert card(marketer, bea) == []


def test_the_answer_costs_the_same_after_thirty_passages_as_after_five(marketer: Client) -> None:
    sample = fill(5)
    customer = sample.customer
    url = reverse("admin:customers_customer_change", args=[customer.pk]) + f"?why={sample.journey.key}"
    _pass(sample.journey, customer, 5)
    count(marketer, url)  # the version is read once and kept
    few = count(marketer, url)
    _pass(sample.journey, customer, 25)
    assert count(marketer, url) == few
    assert few <= 79  # two for what the system before us sent


def _pass(journey: Journey, customer: Customer, times: int) -> None:
    version, last = journey.current, Enrollment.objects.latest("entered_at").entered_at
    Enrollment.objects.bulk_create(
        Enrollment(
            journey=journey,
            version=version,
            customer=customer,
            entry_key=f"{last.timestamp()}-{number}",
            status=Enrollment.Status.COMPLETED,
            entered_at=last + timedelta(minutes=number + 1),
            finished_at=last + timedelta(minutes=number + 1),
            expires_at=last + timedelta(days=365),
        )
        for number in range(times)
    )


def test_a_messages_page_leads_to_the_answer_and_says_the_same_sentence(
    marketer: Client,
    world: World,  # noqa: F811
) -> None:
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    anna = enter(world)
    message = Message.objects.get()
    page = marketer.get(reverse("admin:messaging_message_change", args=[message.pk])).text
    assert f'href="/admin/customers/customer/{anna}/change/?why=onboarding#why"' in page
    said = re.search(r'<p class="st-headline">(.*?)</p>', page, re.DOTALL)
    assert said is not None
    sentence = " ".join(html.unescape(re.sub(r"<[^>]+>", "", said.group(1))).split()).removeprefix("held ")
    assert sentence in ask("anna", "onboarding")
    assert sentence.endswith(": quiet hours 20:00–08:00 in Europe/Warsaw (the workspace's).")


def test_a_decisions_page_gives_its_reason_in_a_sentence(marketer: Client, world: World) -> None:  # noqa: F811
    QuietHoursRule.objects.create(name="Nights", channel="email", ranges=NIGHTS)
    world.now += timedelta(hours=9)
    enter(world)
    page = marketer.get(reverse("admin:messaging_decision_change", args=[Decision.objects.get().pk])).text
    assert "quiet hours 20:00–08:00 in Europe/Warsaw (the workspace&#x27;s)" in page
