"""RECEIPTS: what a provider reports later is counted once, and changes what it must and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from orchestrator import registry
from orchestrator.consents.models import Consent, ConsentRecord, Suppression
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.messaging.gate import gate
from orchestrator.messaging.matching import _letters
from orchestrator.messaging.models import DeliveryAttempt, Message
from orchestrator.messaging.models import Receipt as ReceiptRow
from orchestrator.messaging.receipts import Received, receive
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.settle import settle
from orchestrator.sdk import hookimpl
from orchestrator.sdk.values import Accepted, MessageOutcome, Receipt, ReceiptKind, Unknown
from tests.messaging.conftest import Outbox
from tests.scenarios.scripted import Scripted

K = ReceiptKind
LATER = timedelta(minutes=2)
NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
UNTOUCHED = (Suppression, Event, ConsentRecord)


class Reports:
    """A provider that took one message to each of some people, and now reports."""

    def __init__(self, outbox: Outbox) -> None:
        self.outbox = outbox
        self.provider: Scripted = outbox.world.provider()

    @property
    def now(self) -> datetime:
        """The world's clock."""
        return self.outbox.now

    def send(self, *names: str, **more: Any) -> list[Message]:
        """Accepted messages to these people, their references ref-1, ref-2 …"""
        self.outbox.plan(*names, **more)
        ready = self.outbox.hand_off()
        settle(ready, [Accepted(f"ref-{number}") for number in range(1, len(ready) + 1)], self.now)
        return list(Message.objects.order_by("id"))

    def tell(self, kind: ReceiptKind, about: Message | None = None, **more: Any) -> Received:
        """One report about this message."""
        fields = {"id": "r-1", "occurred_at": self.now, "message_key": about.key if about else "", **more}
        return receive(self.provider, [Receipt(kind=kind, **fields)], self.now)


@pytest.fixture
def reports(outbox: Outbox) -> Reports:
    return Reports(outbox)


def counts() -> list[int]:
    return [model._default_manager.count() for model in UNTOUCHED]


def events() -> list[tuple[str, dict[str, Any]]]:
    return list(
        Event.objects.filter(name__startswith="message.").order_by("id").values_list("name", "properties")
    )


def test_a_delivery_is_a_moment_and_an_event(reports: Reports):
    (message,) = reports.send("anna")
    assert reports.tell(K.DELIVERED, message) == Received(1, 0)
    row = Message.objects.get()
    assert (row.state, row.delivered_at, row.bounced_at) == ("accepted", reports.now, None)
    assert events() == [
        (
            "message.delivered",
            {
                "channel": "email",
                "machine": False,
                "journey": "hello",
                "step": "hello",
                "enrollment": message.enrollment_id,
                "message": message.key,
            },
        )
    ]
    assert Event.objects.get(name="message.delivered").customer_id == message.customer_id
    stored = ReceiptRow.objects.values("provider", "kind", "message", "received_at", "machine").get()
    assert stored == {
        "provider": "scripted_email",
        "kind": "delivered",
        "message": message.id,
        "received_at": reports.now,
        "machine": False,
    }


def test_counted_twice_counts_once(reports: Reports):
    (message,) = reports.send("anna")
    report = Receipt("r-1", K.OPENED, reports.now, message.key)
    assert receive(reports.provider, [report, report], reports.now) == Received(1, 1)
    assert receive(reports.provider, [report], reports.now) == Received(0, 1)
    assert [name for name, _ in events()] == ["message.opened"]
    assert ReceiptRow.objects.count() == 1


def test_a_delivery_told_under_two_ids_happened_once_and_first(reports: Reports):
    (message,) = reports.send("anna")
    reports.outbox.world.now += LATER
    reports.tell(K.DELIVERED, message, id="a", occurred_at=reports.now - LATER)
    reports.tell(K.DELIVERED, message, id="b")
    assert Message.objects.get().delivered_at == reports.now - LATER
    assert [name for name, _ in events()] == ["message.delivered"]
    assert ReceiptRow.objects.count() == 2


def test_delivered_after_bounced_leaves_both(reports: Reports):
    (message,) = reports.send("anna")
    reports.tell(K.BOUNCED, message, id="a")
    reports.tell(K.DELIVERED, message, id="b")
    row = Message.objects.get()
    assert (row.delivered_at, row.bounced_at, row.state) == (reports.now, reports.now, "accepted")
    assert Suppression.objects.count() == 1


def test_a_bounce_suppresses_the_address_and_still_counts_for_caps(reports: Reports):
    first, _ = reports.send("anna", "bela")
    reports.tell(K.BOUNCED, first, detail="550 no such mailbox anna@example.com")
    assert list(Suppression.objects.values_list("channel", "digest", "reason", "detail", "brand")) == [
        ("email", first.address_digest, "bounce", "scripted_email", None)
    ]
    row = Message.objects.get(id=first.id)
    assert (row.state, row.counted_at, row.bounced_at) == ("accepted", reports.now, reports.now)
    assert events()[0][0] == "message.bounced"
    assert Message.objects.exclude(id=first.id).get().bounced_at is None
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 0


def test_a_bounce_for_now_is_only_counted(reports: Reports):
    (message,) = reports.send("anna")
    before, row = counts(), Message.objects.values().get()
    assert reports.tell(K.SOFT_BOUNCED, message) == Received(1, 0)
    assert (counts(), Message.objects.values().get()) == (before, row)


def test_a_complaint_suppresses_and_withdraws(reports: Reports):
    (message,) = reports.send("anna")
    reports.tell(K.COMPLAINED, message)
    assert Suppression.objects.get().reason == "complaint"
    record = ConsentRecord.objects.latest("number")
    assert (record.state, record.source, record.channel, record.topic) == (
        "withdrawn",
        "complaint",
        "email",
        "",
    )
    assert record.proof == {
        "provider": "scripted_email",
        "reported_at": reports.now.isoformat(),
        "message": message.key,
    }
    assert [name for name, _ in events()] == ["message.complained"]


def test_unsubscribing_at_the_provider_counts_for_everybody_at_the_address(reports: Reports):
    (message,) = reports.send("anna")
    bela = reports.outbox.world.person("bela", addresses={"email": "anna@example.com"})
    carol = reports.outbox.world.person("carol")
    reports.tell(K.UNSUBSCRIBED, message, id="a")
    reports.tell(K.UNSUBSCRIBED, message, id="b")
    withdrawn = Consent.objects.filter(state="withdrawn").values_list("customer", flat=True)
    assert sorted(withdrawn) == sorted([message.customer_id, bela])
    assert ConsentRecord.objects.filter(state="withdrawn", source="provider_unsubscribe").count() == 2
    assert Consent.objects.get(customer=carol).state == "granted"
    assert Suppression.objects.count() == 0
    assert [name for name, _ in events()] == ["message.unsubscribed"]


def test_a_click_brings_its_link(reports: Reports):
    (message,) = reports.send("anna")
    reports.tell(K.CLICKED, message, detail="https://shop.example/tea")
    ((name, properties),) = events()
    assert (name, properties["link"], properties["machine"]) == (
        "message.clicked",
        "https://shop.example/tea",
        False,
    )


def test_a_link_to_unsubscribe_or_preferences_is_no_click(reports: Reports, settings):
    (message,) = reports.send("anna")
    for page in "up":
        reports.tell(K.CLICKED, message, id=page, detail=f"{settings.PUBLIC_URL}/{page}/token")
    assert events() == []
    assert ReceiptRow.objects.count() == 2


@pytest.mark.parametrize("kind", [K.OPENED, K.CLICKED])
def test_what_a_machine_did_is_no_persons_doing(reports: Reports, kind: ReceiptKind):
    (message,) = reports.send("anna")
    reports.tell(kind, message, machine=True)
    ((name, properties),) = events()
    assert (name, properties["machine"]) == (f"message.{kind}_by_machine", True)
    assert ReceiptRow.objects.get().machine is True


def test_found_by_the_providers_own_reference(reports: Reports):
    first, second = reports.send("anna", "bela")
    reports.tell(K.DELIVERED, reference="ref-2")
    assert Message.objects.get(id=second.id).delivered_at == reports.now
    assert Message.objects.get(id=first.id).delivered_at is None


SECOND = timedelta(seconds=1)


def test_a_report_that_outruns_the_id_it_goes_by_is_wanted_again_and_counts_then(reports: Reports):
    reports.outbox.plan("anna")
    ready = reports.outbox.hand_off()
    before, row = counts(), Message.objects.values().get()
    happened = {"reference": "ref-1", "occurred_at": reports.now - SECOND}
    assert reports.tell(K.BOUNCED, **happened) == Received(0, 0, early=1)
    assert (counts(), Message.objects.values().get(), ReceiptRow.objects.count()) == (before, row, 0)
    settle(ready, [Accepted("ref-1")], reports.now)
    assert reports.tell(K.BOUNCED, **happened) == Received(1, 0)
    assert Message.objects.get().bounced_at == reports.now - SECOND


@pytest.mark.parametrize("more", [{"occurred_at": NO_TIME}, {"message_key": "f" * 32}, {"ago": LATER}])
def test_a_report_about_nothing_of_ours_does_not_come_for_ever(reports: Reports, more: dict[str, Any]):
    reports.outbox.plan("anna")
    reports.outbox.hand_off()
    happened = {"reference": "another", "occurred_at": reports.now - more.pop("ago", SECOND), **more}
    assert reports.tell(K.BOUNCED, **happened) == Received(1, 0)


def test_with_nothing_in_hand_no_report_is_early(reports: Reports):
    reports.send("anna")
    assert reports.tell(K.BOUNCED, reference="another", occurred_at=reports.now - SECOND) == Received(1, 0)


def test_a_reference_that_two_messages_have_names_neither(reports: Reports):
    reports.send("anna", "bela")
    Message.objects.update(reference="same")
    before = counts()
    reports.tell(K.BOUNCED, reference="same")
    assert counts() == before
    assert ReceiptRow.objects.get().message_id is None


STRANGERS = [
    {"message_key": "f" * 32},
    {"message_key": "", "reference": "another"},
    {"message_key": "", "reference": "", "recipient": "nobody@example.com"},
    {"message_key": "", "reference": "another", "recipient": "anna@example.com"},
    {"recipient": "bela@example.com"},
]


# An answer counts for the address it came from, whatever else it names.
@pytest.mark.parametrize(
    ("kind", "wrong"),
    [(kind, wrong) for kind in K for wrong in STRANGERS if kind is not K.REPLIED or wrong != STRANGERS[3]],
)
def test_a_report_about_a_message_that_is_not_ours_is_only_counted(
    reports: Reports, kind: ReceiptKind, wrong
):
    (message,) = reports.send("anna")
    before, row = counts(), Message.objects.values().get()
    assert reports.tell(kind, message, **wrong) == Received(1, 0)
    assert (counts(), Message.objects.values().get()) == (before, row)
    assert ReceiptRow.objects.get().message_id is None


def test_another_providers_report_about_our_message_is_only_counted(reports: Reports):
    (message,) = reports.send("anna")
    other = Scripted.of("email", "N", [])
    type(other).name = "another"
    before = counts()
    receive(other, [Receipt("r-1", K.BOUNCED, reports.now, message.key)], reports.now)
    assert counts() == before
    reports.tell(K.DELIVERED, message)  # the same id at another provider is another report
    assert ReceiptRow.objects.count() == 2


@pytest.mark.parametrize("kind", list(K))
def test_a_report_about_somebody_erased_is_counted_without_them(reports: Reports, kind: ReceiptKind):
    (message,) = reports.send("anna")
    Customer.objects.filter(id=message.customer_id).update(erased_at=reports.now)
    before, row = counts(), Message.objects.values().get()
    reports.tell(kind, message, recipient="anna@example.com", detail="STOP anna@example.com")
    assert (counts(), Message.objects.values().get()) == (before, row)
    assert "anna" not in str(ReceiptRow.objects.values().get())


def test_a_report_about_somebody_merged_away_is_the_survivors(reports: Reports):
    (message,) = reports.send("anna")
    bela = reports.outbox.world.person("bela")
    Customer.objects.filter(id=message.customer_id).update(merged_into=bela)
    reports.tell(K.CLICKED, message)
    assert Event.objects.get(name="message.clicked").customer_id == bela


def test_a_receipt_before_the_settlement_settles_and_the_answer_adds_its_reference(reports: Reports):
    reports.outbox.plan("anna")
    ready = reports.outbox.hand_off()
    (message,) = Message.objects.all()
    reports.tell(K.DELIVERED, message)
    row = Message.objects.get()
    assert (row.state, row.reason, row.fence, row.wake_pending) == ("accepted", "accepted", 2, True)
    assert (row.delivered_at, row.final_at, row.counted_at) == (reports.now,) * 3
    settle(ready, [Accepted("ref-1")], reports.now)
    after = Message.objects.get()
    assert (after.state, after.reference, after.fence) == ("accepted", "ref-1", 2)
    assert DeliveryAttempt.objects.count() == 1


@pytest.mark.parametrize(("purpose", "doubt"), [("transactional", "uncertain"), ("marketing", "unknown")])
def test_a_receipt_ends_the_doubt(reports: Reports, purpose: str, doubt: str):
    reports.outbox.plan("anna", purpose=purpose)
    settle(reports.outbox.hand_off(), [Unknown()], reports.now)
    assert Message.objects.get().state == doubt
    reports.tell(K.OPENED, Message.objects.get(), reference="theirs")
    row = Message.objects.get()
    assert (row.state, row.reason, row.reference) == ("accepted", "accepted", "theirs")
    assert [name for name, _ in events()] == ["message.opened"]


def test_what_is_prepared_for_another_attempt_is_not_sent_again(reports: Reports):
    reports.outbox.plan("anna", purpose="transactional")
    reports.outbox.hand_off()
    reports.outbox.world.now += LATER
    rescue(reports.now)
    ready = reports.outbox.prepare()
    assert Message.objects.get().state == "leased"
    reports.tell(K.DELIVERED, Message.objects.get())
    assert gate(ready, reports.now) == []
    assert Message.objects.get().state == "accepted"


@pytest.mark.parametrize(
    "state",
    ["planned", "leased", "retry_wait", "skipped", "cancelled", "expired", "rejected", "failed", "ghost"],
)
def test_a_receipt_never_brings_a_message_back(reports: Reports, state: str):
    (message,) = reports.send("anna")
    Message.objects.update(state=state, maybe_sent=False)
    before, row = counts(), Message.objects.values().get()
    for number, kind in enumerate((K.DELIVERED, K.OPENED, K.CLICKED)):
        reports.tell(kind, message, id=str(number))
    assert (counts(), Message.objects.values().get()) == (before, row)


class Observer:
    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []

    @hookimpl
    def messages_settled(self, messages: Sequence[MessageOutcome]) -> None:
        self.told += [(one.state, one.provider) for one in messages]


def test_plugins_are_told_once_that_it_was_accepted(reports: Reports, django_capture_on_commit_callbacks):
    reports.outbox.plan("anna")
    ready = reports.outbox.hand_off()
    observer = Observer()
    registry.reset(registry.load([], {"observer": observer}))
    with django_capture_on_commit_callbacks(execute=True):
        reports.tell(K.DELIVERED, Message.objects.get())
        settle(ready, [Accepted()], reports.now)
    assert observer.told == [("accepted", "scripted_email")]


def test_stop_by_sms_withdraws_for_the_number_and_nothing_besides(reports: Reports):
    world = reports.outbox.world
    anna = world.person("anna", consents=("email", "sms"))
    bela = world.person("bela", consents=("sms",))
    other = world.person("carol", consents=("sms",), addresses={"sms": "+48 600 100 299"})
    sms = Scripted.of("sms", "N", [])
    report = Receipt("r-1", K.REPLIED, reports.now, recipient="+48600100200", detail="Stop!")
    receive(sms, [report], reports.now)
    withdrawn = ConsentRecord.objects.filter(state="withdrawn").order_by("customer")
    assert list(withdrawn.values_list("customer", "channel", "source", "text")) == [
        (anna, "sms", "stop_word", "Stop!"),
        (bela, "sms", "stop_word", "Stop!"),
    ]
    assert Consent.objects.get(customer=other).state == "granted"
    assert Consent.objects.get(customer=anna, channel="email").state == "granted"
    assert [(name, properties) for name, properties in events()] == [
        ("message.replied", {"channel": "sms", "machine": False, "text": "Stop!", "stop": True})
    ] * 2


@pytest.mark.parametrize("word", ["STOP", "NIE", "REZYGNUJE", "rezygnuję."])
def test_a_stop_word_stands_in_the_ledger_with_its_text_language_and_proof(reports: Reports, word: str):
    world = reports.outbox.world
    people = [world.person(name, consents=("sms",)) for name in ("anna", "bela", "cela")]
    for person, language in zip(people, ("pl", "en", ""), strict=True):
        Customer.objects.filter(pk=person).update(language=language)
    report = Receipt("r-1", K.REPLIED, reports.now, recipient="+48600100200", detail=word)
    receive(Scripted.of("sms", "N", []), [report, report], reports.now)
    rows = ConsentRecord.objects.filter(state="withdrawn").order_by("customer")
    assert list(rows.values_list("customer", "text", "language", "source", "topic", "recorded_at")) == [
        (person, word, language, "stop_word", "", reports.now)
        for person, language in zip(people, ("pl", "en", ""), strict=True)
    ]
    assert {(row.proof["provider"], row.proof["reported_at"]) for row in rows} == {
        (Scripted.of("sms", "N", []).name, reports.now.isoformat())
    }
    assert Consent.objects.filter(channel="sms", state="withdrawn").count() == 3


def test_stop_from_somebody_who_never_said_yes_is_kept_all_the_same(reports: Reports):
    anna = reports.outbox.world.person("anna", consents=())
    sms = Scripted.of("sms", "N", [])
    receive(sms, [Receipt("r-1", K.UNSUBSCRIBED, reports.now, recipient="+48600100200")], reports.now)
    assert list(Consent.objects.values_list("customer", "channel", "state")) == [(anna, "sms", "withdrawn")]


def test_an_answer_that_is_no_stop_word_withdraws_nothing(reports: Reports):
    reports.outbox.world.person("anna", consents=("sms",))
    sms = Scripted.of("sms", "N", [])
    report = Receipt("r-1", K.REPLIED, reports.now, recipient="+48600100200", detail="nie wiem, kiedy?")
    receive(sms, [report], reports.now)
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 0
    assert events()[0][1] == {"channel": "sms", "machine": False, "text": "nie wiem, kiedy?", "stop": False}


@pytest.mark.parametrize("when", [NO_TIME, NO_TIME.replace(year=2026, tzinfo=None), "noon", None])
def test_a_time_that_is_none_is_now(reports: Reports, when: object):
    (message,) = reports.send("anna")
    reports.tell(K.DELIVERED, message, occurred_at=when)
    assert Message.objects.get().delivered_at == reports.now


def test_nonsense_among_the_reports_is_left_out_and_said(reports: Reports, caplog):
    (message,) = reports.send("anna")
    good = Receipt("r-1", K.DELIVERED, reports.now + timedelta(days=9), message.key)
    nonsense = [None, "delivered", Receipt("", K.OPENED, reports.now), Receipt("r-2", "eaten", reports.now)]  # type: ignore[arg-type]
    assert receive(reports.provider, [*nonsense, good], reports.now) == Received(1, 0, 4)
    assert Message.objects.get().delivered_at == reports.now
    assert caplog.messages == ["scripted_email gave 4 receipts that are none"]


def test_a_nul_or_half_a_letter_is_left_out_of_what_is_kept(reports: Reports):
    (message,) = reports.send("anna")
    reports.tell(K.CLICKED, message, id="r\x00\ud800", detail="https://shop.example/\x00\ud800")
    assert events()[0][1]["link"] == "https://shop.example/?"


def test_many_reports_ask_no_more_often_than_few(reports: Reports):
    names = [f"p{number}" for number in range(30)]
    messages = reports.send(*names)

    def tell(some: Sequence[Message], mark: str) -> int:
        batch = [
            Receipt(f"{mark}{one.id}{kind}", kind, reports.now, one.key)
            for one in some
            for kind in (K.OPENED, K.BOUNCED)
        ]
        with CaptureQueriesContext(connection) as asked:
            receive(reports.provider, batch, reports.now)
        return len(asked)

    assert tell(messages[:2], "a") == tell(messages[2:], "b")


def test_a_reference_is_found_by_its_index(reports: Reports):
    reports.send("anna")
    with CaptureQueriesContext(connection) as asked:
        _letters("scripted_email", [Receipt("r", K.OPENED, reports.now, reference="ref-1")])
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
        cursor.execute(plan + asked[0]["sql"])
        assert "message_of_reference" in str(cursor.fetchall())
