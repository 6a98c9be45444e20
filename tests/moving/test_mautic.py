"""Exports of Mautic: contacts, and the tables of its database."""

from __future__ import annotations

from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.messaging.models import PastMessage
from tests.moving.conftest import Load
from tests.moving.test_klaviyo import at, states
from tests.scenarios.world import World

PEOPLE = (
    "id,title,firstname,lastname,email,mobile,phone,country,preferred_locale,timezone,points,date_added,tags,consent_email,"
    "consent_email_at\n"
    '7,,Anna,Nowak,anna@example.com,+48 600 100 200,+48 12 345 67 89,Poland,pl_PL,Europe/Warsaw,15,2025-01-02 08:30:00,"vip,club"'
    ",yes,31.01.2025 10:00\n"
    "8,,Bela,,bela@example.com,,,,,,0,2025-01-02 08:30:00,,,\n"
    "9,,Carl,,carl@example.com,,,,,,0,2025-01-02 08:30:00,,yes,\n"
)
DO_NOT_CONTACT = (
    "id,lead_id,date_added,reason,channel,channel_id,comments\n"
    "1,7,2025-06-01 12:00:00,1,email,12,User unsubscribed\n"
    "2,8,2025-06-01 12:00:00,3,sms,,by hand\n"
    "3,9,2025-06-01 12:00:00,2,email,,550 gone\n"
    "4,9,2025-06-01 12:00:00,9,email,,\n"
)
EMAILS = (
    "id,email_id,lead_id,email_address,is_read,is_failed,date_sent,date_read,subject\n"
    "100,3,7,anna@example.com,1,0,2026-02-28 09:00:00,2026-02-28 18:15:00,News\n"
    "101,3,8,bela@example.com,0,0,2026-02-28 09:00:00,\\N,News\n"
    "102,3,9,carl@example.com,0,1,2026-02-28 09:00:00,NULL,News\n"
    "103,3,77,stranger@example.com,0,0,2026-02-28 09:00:00,,News\n"
)
HITS = (
    "id,lead_id,date_hit,url,email_id\n"
    "1,7,2026-02-28 18:16:00,https://shop.example/x,3\n"
    "2,7,2026-02-28 18:17:00,https://shop.example/y,\n"
    "3,NULL,2026-02-28 18:17:00,https://shop.example/y,\n"
)


def test_contacts_bring_no_consent_but_the_company_s_own_field(world: World, load: Load) -> None:
    outcome = load("mautic_people", PEOPLE)
    assert (outcome.errors, outcome.kept_out) == ([], [])
    anna = Customer.objects.get(external_id="mautic:7")
    assert (anna.language, anna.country, anna.time_zone) == ("pl-PL", "PL", "Europe/Warsaw")
    assert anna.attributes == {
        "first_name": "Anna",
        "last_name": "Nowak",
        "points": "15",
        "tags": ["vip", "club"],
    }
    assert set(anna.addresses.values_list("channel", "value")) == {
        ("email", "anna@example.com"),
        ("sms", "+48600100200"),
    }
    assert states() == {
        ("Anna", "email"): ("granted", at(2025, 1, 31, 9)),
        ("Carl", "email"): ("granted", at(2025, 1, 2, 7, 30)),
    }


def test_do_not_contact_takes_back_or_blocks_by_its_reason(world: World, load: Load) -> None:
    load("mautic_people", PEOPLE)
    outcome = load("mautic_do_not_contact", DO_NOT_CONTACT)
    assert [(one.line, "none of Mautic's" in one.message) for one in outcome.errors] == [(5, True)]
    assert Consent.objects.get(customer__external_id="mautic:7").state == "withdrawn"
    assert ConsentRecord.objects.get(customer__external_id="mautic:7", state="withdrawn").proof == {
        "system": "Mautic",
        "columns": {"reason": "1", "at": "2025-06-01 12:00:00", "comments": "User unsubscribed"},
    }
    assert Consent.objects.get(customer__external_id="mautic:8").channel == "sms"
    assert Suppression.objects.count() == 1
    again = load("mautic_do_not_contact", DO_NOT_CONTACT)
    assert (again.counts["consents"], again.counts["suppressions"]) == (0, 0)


def test_what_was_sent_counts_and_what_failed_does_not(world: World, load: Load) -> None:
    load("mautic_people", PEOPLE)
    outcome = load("mautic_emails", EMAILS)
    assert [one.line for one in outcome.errors] == [5]  # of somebody whom nobody knows
    assert (outcome.counts["past_messages"], outcome.counts["events"]) == (2, 1)
    assert list(
        PastMessage.objects.order_by("customer").values_list("customer__external_id", "title", "sent_at")
    ) == [
        ("mautic:7", "News", at(2026, 2, 28, 9)),
        ("mautic:8", "News", at(2026, 2, 28, 9)),
    ]
    assert Event.objects.get().occurred_at == at(2026, 2, 28, 18, 15)
    assert load("mautic_emails", EMAILS).counts["repeated"] == 3


def test_a_hit_out_of_an_email_is_a_click_and_another_a_page(world: World, load: Load) -> None:
    load("mautic_people", PEOPLE)
    outcome = load("mautic_hits", HITS)
    assert outcome.errors == []
    events = Event.objects.order_by("occurred_at").values_list("name", "properties__link", "backfilled")
    assert list(events) == [
        ("message.clicked", "https://shop.example/x", True),
        ("page.viewed", "https://shop.example/y", True),
    ]


def test_a_table_s_times_are_utc_and_a_report_s_on_the_clock_of_the_workspace(
    world: World, load: Load
) -> None:
    load("mautic_people", PEOPLE)
    report = "Contact ID,Email address,Date sent,Date read,Read,Is failed,Subject\n7,,2026-02-28 09:00:00,,No,No,Other\n"
    assert load("mautic_emails", report.replace("Is failed", "Failed")).errors == []
    assert load("mautic_emails", EMAILS).counts["past_messages"] == 2
    sent = PastMessage.objects.filter(customer__external_id="mautic:7").order_by("sent_at")
    assert list(sent.values_list("title", "sent_at")) == [
        ("Other", at(2026, 2, 28, 8)),
        ("News", at(2026, 2, 28, 9)),
    ]
