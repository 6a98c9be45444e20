"""Exports of Klaviyo: profiles, suppressed profiles and metrics, as it writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.erase import erase
from orchestrator.customers.models import Address, Customer
from orchestrator.events.models import Event
from orchestrator.messaging.models import PastMessage
from tests.moving.conftest import Load
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

HEADER = (
    "Email,Klaviyo ID,First Name,Last Name,Organization,Title,Phone Number,Address,City,State / Region,Country,Zip Code,"
    "Source,Email Marketing Consent,Email Marketing Consent Timestamp,SMS Marketing Consent,SMS Marketing Consent"
    " Timestamp,First Active,Last Active,Profile Created On,Date Added,Last Open,Last Click,Email Suppressions,Locale,Tags\n"
)
ANNA = (
    "Anna@Example.com,01HANNA,Anna,Nowak,,,+48600100200,Długa 1,Kraków,,Poland,30-001,-59,SUBSCRIBED,"
    "2025-05-01T10:00:00Z,NEVER_SUBSCRIBED,,2025-01-02,2026-02-01,2025-01-02 08:30:00,2025-05-01,2026-02-01,,[],pl-PL,\n"
)
BELA = "bela@example.com,01HBELA,Bela,,,,,,,,PL,,,SUBSCRIBED,,,,,,2024-03-04 08:00:00,,,,[],,\n"
CARL = (
    "carl@example.com,01HCARL,Carl,,,,,,,,,,,UNSUBSCRIBED,2025-09-01T09:00:00Z,,,,,2024-01-01,,,,"
    '"[""UNSUBSCRIBE""]",,\n'
)
DORA = "dora@example.com,01HDORA,Dora,,,,,,,,,,,NEVER_SUBSCRIBED,,,,,,2024-01-01,,,,[],,\n"
PEOPLE = HEADER + ANNA + BELA + CARL + DORA
SUPPRESSED = (
    "Email,Reason,Timestamp\n"
    "bela@example.com,UNSUBSCRIBE,2024-02-03T04:05:06+00:00\n"
    "dora@example.com,HARD_BOUNCE,2025-02-03T04:05:06+00:00\n"
    "erik@example.com,SPAM_COMPLAINT,2025-02-03T04:05:06+00:00\n"
    "fela@example.com,USER_SUPPRESSED,2025-02-03T04:05:06+00:00\n"
)
EVENTS = (
    "Metric,Timestamp,Email,Klaviyo ID,Event ID,Campaign Name,Subject,URL,Machine Open,Bounce Type,Order ID,Value\n"
    "Received Email,2026-03-01 10:00:00+00:00,anna@example.com,01HANNA,e1,Spring,Hello,,,,,\n"
    "Opened Email,2026-03-01 11:30:00+00:00,,01HANNA,e2,Spring,Hello,,false,,,\n"
    "Opened Email,2026-03-01 10:00:02+00:00,,01HANNA,e3,Spring,Hello,,true,,,\n"
    "Clicked Email,2026-03-01 11:31:00+00:00,anna@example.com,,e4,Spring,Hello,https://shop.example/x,,,,\n"
    "Bounced Email,2026-02-01 10:00:00+00:00,bela@example.com,,e5,Winter,,,,Hard,,\n"
    "Bounced Email,2026-02-01 10:00:00+00:00,anna@example.com,,e6,Winter,,,,Soft,,\n"
    "Unsubscribed,2026-02-20 10:00:00+00:00,carl@example.com,,e7,Winter,,,,,,\n"
    "Placed Order,2026-02-27 10:00:00+00:00,anna@example.com,,e8,,,,,,A-100,129.90\n"
    "Fancy Thing,2026-02-27 10:00:00+00:00,anna@example.com,,e9,,,,,,,\n"
)


NEW = ("new_people", "changed_people", "consents", "suppressions", "past_messages", "events")


def states() -> dict[tuple[str, str], tuple[str, datetime]]:
    rows = Consent.objects.values_list("customer__attributes", "channel", "state", "changed_at")
    return {(said.get("first_name", "?"), channel): (state, at) for said, channel, state, at in rows}


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


def everything() -> tuple[object, ...]:
    columns = (
        (Customer, ("external_id", "attributes", "language", "country", "created_at")),
        (Address, ("customer", "channel", "value")),
        (ConsentRecord, ("customer", "channel", "state", "recorded_at", "source")),
        (Suppression, ("channel", "digest", "reason")),
        (PastMessage, ("key", "customer", "sent_at")),
        (Event, ("key", "name", "occurred_at", "amount")),
    )
    return tuple(
        list(model._default_manager.order_by("pk").values_list("pk", *names)) for model, names in columns
    )


def test_a_profile_becomes_a_customer_with_what_they_allow_and_when(world: World, load: Load) -> None:
    outcome = load("klaviyo_people", PEOPLE)
    assert (outcome.errors, outcome.kept_out) == ([], [])
    assert outcome.counts == {
        "people": 4,
        "new_people": 4,
        "changed_people": 0,
        "consents": 4,
        "consents_kept": 0,
        "suppressions": 0,
    }
    anna = Customer.objects.get(external_id="klaviyo:01HANNA")
    assert (anna.language, anna.country, anna.created_at) == ("pl-PL", "PL", at(2025, 1, 2, 7, 30))
    assert anna.attributes == {
        "first_name": "Anna", "last_name": "Nowak", "address": "Długa 1", "city": "Kraków", "zip_code": "30-001",
        "source": "-59",
    }  # fmt: skip
    assert set(anna.addresses.values_list("channel", "value")) == {
        ("email", "anna@example.com"),
        ("sms", "+48600100200"),
    }
    assert states() == {
        ("Anna", "email"): ("granted", at(2025, 5, 1, 10)),
        ("Bela", "email"): ("granted", at(2024, 3, 4, 7)),  # undated: as old as the profile
        ("Carl", "email"): ("withdrawn", world.now),  # suppressed without a date: now
    }
    record = ConsentRecord.objects.get(customer=anna)
    assert record.source == "klaviyo: list"
    assert record.proof == {
        "system": "Klaviyo",
        "columns": {"consent_email": "SUBSCRIBED", "consent_email_at": "2025-05-01T10:00:00Z"},
    }


def test_who_is_suppressed_gets_nothing_whatever_the_list_of_profiles_says(world: World, load: Load) -> None:
    load("klaviyo_people", PEOPLE)
    outcome = load("klaviyo_suppressed", SUPPRESSED)
    assert outcome.errors == []
    assert dict(outcome.counts) == {
        "people": 4, "new_people": 2, "changed_people": 0, "consents": 2, "consents_kept": 0, "suppressions": 3,
    }  # fmt: skip
    # Bela left before the date of her profile's grant, which nobody dated: the list says that she is out.
    assert states()["Bela", "email"] == ("withdrawn", at(2024, 3, 4, 7))
    assert sorted(Suppression.objects.values_list("reason", flat=True)) == ["bounce", "complaint", "manual"]
    world.publish(one_send("news"), news="")
    for customer in Customer.objects.all():
        world.event(customer.pk, "news.wanted")
    world.run(minutes=1)
    assert [address for _, address, _ in world.mailbox()] == ["anna@example.com"]


def test_metrics_become_past_messages_answers_orders_and_withdrawals(world: World, load: Load) -> None:
    load("klaviyo_people", PEOPLE)
    outcome = load("klaviyo_events", EVENTS)
    assert outcome.errors == []
    assert outcome.counts == {
        "past_messages": 1, "events": 7, "repeated": 0, "consents": 1, "consents_kept": 0, "suppressions": 1,
    }  # fmt: skip
    [sent] = PastMessage.objects.all()
    assert (sent.customer.external_id, sent.system, sent.channel, sent.title, sent.sent_at) == (
        "klaviyo:01HANNA", "klaviyo", "email", "Spring", at(2026, 3, 1, 10),
    )  # fmt: skip
    events = (
        Event.objects.filter(customer=sent.customer)
        .order_by("occurred_at")
        .values_list("name", "amount", "backfilled")
    )
    assert [(name, str(amount), history) for name, amount, history in events] == [
        ("message.bounced", "None", True),
        ("order.placed", "129.90", True),
        ("message.opened_by_machine", "None", True),
        ("message.opened", "None", True),
        ("message.clicked", "None", True),
    ]
    assert Event.objects.get(name="order.placed").key == "order:A-100"
    assert Event.objects.get(name="message.clicked").properties == {
        "channel": "email", "title": "Spring", "system": "klaviyo", "link": "https://shop.example/x", "machine": False,
    }  # fmt: skip
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["bounce"]


def test_read_again_nothing_changes(world: World, load: Load) -> None:
    files = (("klaviyo_people", PEOPLE), ("klaviyo_suppressed", SUPPRESSED), ("klaviyo_events", EVENTS))
    for kind, text in files:
        load(kind, text)
    before = everything()
    world.now += timedelta(days=1)
    for kind, text in files:
        outcome = load(kind, text)
        assert {
            name: count
            for name, count in outcome.counts.items()
            if count and name not in ("people", "repeated", "consents_kept")
        } == {}
    assert everything() == before


def test_whoever_agreed_with_us_since_stays_so_when_the_old_lists_come_again(
    world: World, load: Load
) -> None:
    load("klaviyo_people", PEOPLE)
    load("klaviyo_suppressed", SUPPRESSED)
    bela = Customer.objects.get(external_id="klaviyo:01HBELA")
    world.grant(bela.pk)
    world.now += timedelta(days=1)
    load("klaviyo_people", PEOPLE)
    load("klaviyo_suppressed", SUPPRESSED)
    assert Consent.objects.get(customer=bela).state == "granted"


def test_a_grant_with_no_date_never_undoes_a_withdrawal(world: World, load: Load) -> None:
    bela = world.person("bela", consents=(), addresses={"email": "bela@example.com"})
    world.withdraw(bela)
    outcome = load("klaviyo_people", HEADER + BELA)
    assert outcome.counts["consents_kept"] == 1
    assert Consent.objects.get(customer=bela).state == "withdrawn"


def test_who_is_known_by_their_address_is_not_added_again_and_found_by_both_ids(
    world: World, load: Load
) -> None:
    anna = world.person("our-anna", addresses={"email": "anna@example.com"})
    outcome = load("klaviyo_people", HEADER + ANNA)
    assert (outcome.counts["people"], outcome.counts["new_people"]) == (1, 0)
    assert list(Customer.objects.values_list("pk", "external_id")) == [(anna, "our-anna")]
    load(
        "klaviyo_events", EVENTS.splitlines()[0] + "\n" + EVENTS.splitlines()[2] + "\n"
    )  # by Klaviyo's id alone
    assert Event.objects.get().customer_id == anna


def test_two_rows_of_one_address_are_one_person(world: World, load: Load) -> None:
    load("klaviyo_people", HEADER + ANNA + ANNA.replace("01HANNA", "01HOTHER"))
    assert Customer.objects.get().external_id == "klaviyo:01HANNA"
    assert (
        load(
            "klaviyo_people", HEADER + ANNA.replace("01HANNA", "01HOTHER").replace("Anna@E", "new@e")
        ).counts["new_people"]
        == 0
    )


def test_the_erased_are_not_brought_back_by_any_file(world: World, load: Load) -> None:
    load("klaviyo_people", PEOPLE)
    anna = Customer.objects.get(external_id="klaviyo:01HANNA")
    erase([anna.pk], world.now)
    people, events = load("klaviyo_people", PEOPLE), load("klaviyo_events", EVENTS)
    assert [(one.line, "erased" in one.message) for one in people.errors] == [(2, True)]
    assert [one.line for one in events.errors] == [2, 3, 4, 5, 7, 9]
    assert Customer.objects.count() == 4
    assert (PastMessage.objects.count(), Event.objects.filter(customer=anna).count()) == (0, 0)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (",,,,,,,,,,,,,SUBSCRIBED,,,,,,,,,,,,\n", "names nobody"),
        (ANNA.replace("SUBSCRIBED,2025", "MAYBE,2025"), "a status that is not known"),
        (ANNA.replace("2025-05-01T10:00:00Z", "yesterday"), "consent_email_at"),
    ],
)
def test_a_wrong_row_is_left_out_and_the_others_are_not(
    world: World, load: Load, row: str, words: str
) -> None:
    outcome = load("klaviyo_people", HEADER + row + DORA)
    assert [(one.line, words in one.message) for one in outcome.errors] == [(2, True)]
    assert list(Customer.objects.values_list("external_id", flat=True)) == ["klaviyo:01HDORA"]


def test_a_wrong_phone_is_kept_out_and_its_row_is_not(world: World, load: Load) -> None:
    outcome = load("klaviyo_people", HEADER + ANNA.replace("+48600100200", "12"))
    assert [(one.line, "12" in one.message) for one in outcome.kept_out] == [(2, True)]
    assert list(Address.objects.values_list("channel", flat=True)) == ["email"]
