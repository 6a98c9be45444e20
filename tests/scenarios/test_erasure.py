"""Somebody is erased in mid-journey: nothing leaves any more, nothing of them stays, and what can be counted does."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection

from orchestrator.consents.models import ConsentRecord, Suppression
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers import erase as erase_module
from orchestrator.customers.erase import Erased, erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.events.models import Event
from orchestrator.journeys import erasing
from orchestrator.journeys.models import Enrollment
from orchestrator.loyalty.award import NewEntry, award
from orchestrator.messaging import deliver as deliver_module
from orchestrator.messaging.models import DeliveryAttempt, MailboxMessage, Message, MessageBody, Receipt
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.values import Accepted, Deferred, ReceiptKind, Rejected, RejectReason, Unknown
from orchestrator.sdk.values import Receipt as Report
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

TWO = "- send: hello\n  id: hello\n- wait: 3 days\n  id: rest\n- send: tips\n  id: tips\n"
CANARY = "kanarek"


def come(world: World, key: str = "hello", steps: str = TWO, **templates: str) -> int:
    """Anna comes into a journey."""
    templates = {"hello": "", "tips": ""} if steps == TWO else templates
    world.publish(with_steps(key, steps), **templates)
    anna = world.person()
    world.event(anna, f"{key}.wanted")
    return anna


def test_erased_in_mid_wait(world: World):
    anna = come(world)
    world.run(days=1)
    assert erase([anna], world.now) == Erased(1, 0)
    world.run(days=30)
    assert world.messages() == [("hello", "accepted", "accepted")]
    assert world.enrollments() == [("", "exited", "erased")]
    assert world.mailbox() == []  # what it held was theirs
    row = Customer.objects.get()
    assert (row.attributes, row.language, row.personalization, row.erased_at) == (
        {}, "", "none", world.now - timedelta(days=30),
    )  # fmt: skip
    assert row.external_id is not None
    assert row.external_id.startswith("erased:")


@pytest.mark.parametrize("seen", [True, False])
def test_two_whom_another_worker_lets_in_meanwhile_are_no_obstacle(
    world: World, monkeypatch: pytest.MonkeyPatch, seen: bool
):
    anna = come(world)
    world.run(days=1)
    known = Enrollment.objects.values().get()

    def late(*_: object) -> None:
        for key in ("one", "two"):
            Enrollment.objects.create(
                **{**known, "id": None, "entry_key": key, "status": "active", "once_key": None}
            )

    finish, forget = erasing.finish, erasing.StepRun.objects.filter
    acted: list[object] = []
    if seen:  # before the last look at who is under way
        monkeypatch.setattr(
            erasing, "finish", lambda *given: (finish(*given), acted or late(), acted.append(given))
        )
    else:  # after it
        monkeypatch.setattr(erasing.StepRun.objects, "filter", lambda **given: (late(), forget(**given))[1])
    assert erase([anna], world.now) == Erased(1, 0)
    monkeypatch.undo()
    left = ("exited", "erased", "") if seen else None
    assert list(Enrollment.objects.order_by("id").values_list("status", "reason", "entry_key")) == [
        ("exited", "erased", ""), left or ("active", "", "one"), left or ("active", "", "two"),
    ]  # fmt: skip
    assert erase([anna], world.now) == Erased(0, 1)
    assert set(Enrollment.objects.values_list("status", "entry_key")) == {("exited", "")}


def test_what_is_held_is_cancelled_at_once(world: World):
    world.workspace(paused_channels=["email"])
    anna = come(world)
    world.run(minutes=1)
    assert world.messages() == [("hello", "planned", "paused")]
    erase([anna], world.now)
    assert world.messages() == [("hello", "cancelled", "erased")]
    world.workspace(paused_channels=[])
    world.run(days=7)
    assert world.messages() == [("hello", "cancelled", "erased")]


def test_between_the_claim_and_the_gate_the_gate_refuses(world: World, monkeypatch: pytest.MonkeyPatch):
    provider = world.provider()
    anna = come(world)
    gate = deliver_module.gate

    def erased_before(*args: Any) -> Any:
        erase([anna], world.now)
        return gate(*args)

    monkeypatch.setattr(deliver_module, "gate", erased_before)
    world.run(minutes=1)
    assert world.messages() == [("hello", "cancelled", "customer_erased")]
    assert provider.calls == []
    assert MessageBody.objects.count() == 0


@pytest.mark.parametrize(
    ("answer", "ends"),
    [
        (Accepted(f"{CANARY}-ref"), ("hello", "accepted", "accepted")),
        (Rejected(RejectReason.INVALID_ADDRESS, f"no {CANARY}"), ("hello", "rejected", "invalid_address")),
        (Unknown(f"lost {CANARY}"), ("hello", "unknown", "unknown_outcome")),
        (Deferred(detail=f"{CANARY} is full"), ("hello", "cancelled", "customer_erased")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_in_mid_call_the_answer_is_kept_without_a_word_of_them(world: World, answer: Any, ends: Any):
    provider = world.provider(answer)
    anna = come(world)
    send = provider.send_blocking
    provider.send_blocking = lambda messages: (erase([anna], world.now), send(messages))[1]  # type: ignore[method-assign, assignment]
    world.run(days=1)
    assert world.messages() == [ends]
    assert len(provider.calls) == 1
    assert CANARY not in dump()
    assert list(DeliveryAttempt.objects.values_list("reference", "detail")) == [("", "")]


def test_what_may_have_left_and_could_be_tried_again_is_not(world: World):
    provider = world.provider(Unknown("timeout"), promise="I")
    anna = come(world)
    world.run(seconds=1)
    assert world.messages() == [("hello", "uncertain", "unknown_outcome")]
    erase([anna], world.now)
    world.run(days=3)
    assert world.messages() == [("hello", "unknown", "customer_erased")]
    assert len(provider.calls) == 1
    assert Message.objects.get().counted_at is not None


@pytest.mark.parametrize("by", ["key", "reference"])
def test_a_receipt_that_comes_later_is_counted_without_them(world: World, by: str):
    provider = world.provider(Accepted(f"{CANARY}-ref"))
    anna = come(world)
    world.run(hours=1)
    erase([anna], world.now)
    message, address = Message.objects.get(), "anna@example.com"
    names = {"message_key": message.key} if by == "key" else {"reference": f"{CANARY}-ref"}
    events = Event.objects.count()
    for number, kind in enumerate([ReceiptKind.DELIVERED, ReceiptKind.COMPLAINED, ReceiptKind.CLICKED]):
        tell(world, provider, kind, f"{number}", recipient=address, detail=CANARY, **names)
    assert list(Receipt.objects.order_by("id").values_list("kind", "message_id")) == [
        ("delivered", message.id), ("complained", message.id), ("clicked", message.id),
    ]  # fmt: skip
    assert Event.objects.count() == events
    assert [CANARY in dump(), address in dump()] == [False, False]


def tell(world: World, provider: Scripted, kind: ReceiptKind, number: str, **more: Any) -> None:
    receive(provider, [Report(number, kind, world.now, **more)], world.now)


def test_an_import_does_not_bring_them_back(world: World):
    anna = come(world)
    world.run(hours=1)
    erase([anna], world.now)
    saved = save([Person("anna", language="pl", addresses={"email": "anna@example.com"})], world.now)
    assert (saved.ids, saved.created, saved.updated) == ((anna,), 0, 0)
    assert [str(one) for one in saved.problems] != []
    assert Address.objects.count() == 0
    assert Customer.objects.count() == 1


def test_their_address_is_never_written_to_again_whoever_has_it(world: World):
    provider = world.provider()
    anna = come(world)
    world.run(hours=1)
    erase([anna], world.now)
    assert list(Suppression.objects.values_list("channel", "reason", "detail").order_by("channel")) == [
        ("email", "erasure", ""), ("sms", "erasure", ""),
    ]  # fmt: skip
    zoe = world.person("zoe", addresses={"email": "anna@example.com"})
    world.event(zoe, "hello.wanted")
    world.run(days=1)
    assert world.messages()[1:] == [("hello", "skipped", "suppressed")]
    assert len(provider.calls) == 1


def test_whoever_is_the_same_person_by_a_merger_is_erased_with_them(world: World):
    anna, ania = world.person("anna"), world.person("ania", addresses={"email": "ania@example.com"})
    merge([Pair(anna, ania)], world.now)
    assert erase([ania], world.now) == Erased(2, 0)
    assert Customer.objects.exclude(erased_at=None).count() == 2
    assert [name for name in ("anna", "ania", "Ania") if name in dump()] == []


def test_whoever_is_merged_while_the_erasure_waits_for_its_locks_is_erased_too(world: World, monkeypatch):
    anna, ania = world.person("anna"), world.person("ania", addresses={"email": "ania@example.com"})
    merges = [Pair(anna, ania)]

    def merged_first(act):
        while merges:
            merge([merges.pop()], world.now)
        return act()

    monkeypatch.setattr(erase_module, "patiently", merged_first)
    assert erase([ania], world.now) == Erased(2, 0)
    assert Customer.objects.exclude(erased_at=None).count() == 2
    assert [name for name in ("anna", "ania", "Ania") if name in dump()] == []


def test_erased_again_takes_away_what_came_since(world: World):
    anna = come(world)
    world.run(hours=1)
    erase([anna], world.now)
    first = Customer.objects.values_list("erased_at", "erased_number", "external_id").get()
    world.event(anna, "order.placed", "10.00", note=CANARY)  # by whoever had looked them up before
    world.run(days=1)
    assert CANARY not in dump()
    assert erase([anna], world.now) == Erased(0, 1)
    assert Customer.objects.values_list("erased_at", "erased_number", "external_id").get() == first


def test_the_number_of_the_erasure_is_above_all_that_left(world: World):
    anna = come(world)
    world.run(days=4)
    erase([anna], world.now)
    numbers = Message.objects.exclude(number=None).values_list("number", flat=True)
    assert len(numbers) == 2
    assert Customer.objects.get().erased_number > max(numbers)


def test_nothing_of_them_is_left_anywhere(world: World, caplog: pytest.LogCaptureFixture):
    """People with a word in every field that nobody else would write are erased; the word is nowhere."""
    caplog.set_level(logging.DEBUG)
    provider = world.provider(
        Accepted(f"{CANARY}-r1"), Unknown(f"{CANARY} timed out"), Deferred(detail=f"{CANARY} is full")
    )
    ids = [a_life(world, number) for number in range(3)]
    bela = world.person("bela", addresses={"email": "bela@example.com"})
    world.event(bela, "hello.wanted")
    world.run(hours=1)
    tell(world, provider, ReceiptKind.CLICKED, "1", detail=f"https://x.example/{CANARY}", recipient=email(0))
    world.run(hours=1)
    before, counts = dump(), counted()
    assert before.count(CANARY) > 30
    assert "bela@example.com" in before
    erase(ids, world.now)
    assert [line for line in dump().splitlines() if CANARY in line.lower()] == []
    assert counted() == counts
    assert (Customer.objects.get(id=bela).attributes, "bela@example.com" in dump()) == (
        {"first_name": "Bela"},
        True,
    )
    world.run(days=7)
    assert [line for line in dump().splitlines() if CANARY in line.lower()] == []
    assert [one.getMessage() for one in caplog.records if CANARY in one.getMessage().lower()] == []


def email(number: int) -> str:
    return f"{CANARY}{number}@example.com"


def a_life(world: World, number: int) -> int:
    """Somebody who has something in every table."""
    if not number:
        world.publish(with_steps("hello", TWO), hello="", tips="")
        world.publish(one_send("told", "sms"), told='sms:\n  en: {text: "{{ event.note }}"}\n')
    one = world.person(
        f"{CANARY}-{number}",
        attributes={"first_name": CANARY.title(), "time_zone": CANARY, "note": f"{CANARY} pije kawę"},
        addresses={"email": email(number), "sms": f"+48 600 100 20{number}"},
        consents=("email",),
    )
    record_consents(
        [Statement(one, "sms", "granted", "form", text=CANARY, proof={"agent": CANARY, "ip": "192.0.2.1"})],
        world.now,
    )
    award([NewEntry(one, 10, f"award-{number}", "hello, tips", CANARY)], world.now)
    world.event(one, "order.placed", "12.50", order=f"{CANARY}-order")
    world.event(one, "hello.wanted", note=CANARY)
    world.event(one, "told.wanted", note=CANARY)
    return one


def counted() -> dict[str, Any]:
    """What reports are made of."""
    return {
        "accepted": Message.objects.filter(state="accepted").count(),
        "amounts": sum(Event.objects.exclude(amount=None).values_list("amount", flat=True)),
        "events": Counter(Event.objects.values_list("name", flat=True)),
        "records": ConsentRecord.objects.count(),
        "receipts": Receipt.objects.count(),
        "people": Customer.objects.count(),
        "messages": Message.objects.count(),
    }


def dump() -> str:
    """Every row of every table, as text; JSON with its letters as they are."""
    lines = []
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            lines += [f"{table}: {row}" for row in cursor.fetchall()]
    return "\n".join(lines)


@pytest.mark.django_db
def test_the_dump_reads_every_table():
    ours = {one._meta.db_table for one in apps.get_models() if one.__module__.startswith("orchestrator.")}
    assert ours <= set(connection.introspection.table_names())


def test_the_command(world: World, capsys: pytest.CaptureFixture[str]):
    anna = come(world)
    with pytest.raises(CommandError, match="Say --yes if you mean it"):
        call_command("erase_customer", "anna")
    assert Customer.objects.get().erased_at is None
    call_command("erase_customer", "anna", "--yes")
    call_command("erase_customer", "anna", "--yes")
    assert capsys.readouterr().out == (
        f"The customer number {anna} is erased.\n"
        f"The customer number {anna} was erased before; what has come since is gone too.\n"
    )
    with pytest.raises(CommandError, match="There is no customer with the external id zoe"):
        call_command("erase_customer", "zoe", "--yes")


def test_mail_in_the_mailbox_of_others_stays(world: World):
    come(world)
    bela = world.person("bela", addresses={"email": "bela@example.com"})
    world.event(bela, "hello.wanted")
    world.run(hours=1)
    erase([Customer.objects.get(external_id="anna").id], world.now)
    assert list(MailboxMessage.objects.values_list("recipient", flat=True)) == ["bela@example.com"]
