"""People who have a canary in everything that a person can have, and the shop they live in."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.consents.suppress import Entry, suppress
from orchestrator.customers.addresses import digest
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Address, Customer
from orchestrator.customers.people import Person
from orchestrator.customers.save import save
from orchestrator.domain.definition import read_rule
from orchestrator.events.models import Event
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.models import Enrollment, Journey, Simulation
from orchestrator.loyalty.award import NewEntry, award
from orchestrator.messaging.models import Message
from orchestrator.messaging.receipts import receive
from orchestrator.sdk.errors import ProviderUnavailable
from orchestrator.sdk.values import Accepted, Deferred, ReceiptKind, Rejected, RejectReason, Result, Unknown
from orchestrator.sdk.values import Message as Outgoing
from orchestrator.sdk.values import Receipt as Report
from orchestrator.segments.define import define
from tests.erasure.look import CANARY, SONG
from tests.scenarios.journeys import one_send, with_steps
from tests.scenarios.scripted import Scripted
from tests.scenarios.world import World

STEPS = "- send: hello\n  id: hello\n- wait: 3 days\n  id: rest\n- send: tips\n  id: tips\n"
HELLO = 'email:\n  en: {subject: "{{ customer.first_name }}", html: "<p>{{ event.note }}</p>"}\n'
BROKEN = 'email:\n  en: {subject: "{{ event.note * 2 }}", html: "<p>{{ event.note|round }}</p>"}\n'
SMS = 'sms:\n  en: {text: "{{ event.note }}"}\n'
PUSH = 'push:\n  en: {title: "{{ customer.first_name }}", body: "{{ event.note }}"}\n'
STAYS = "bela@example.com"  # of somebody who is not erased: what is said of her stays
BATCH = 500


class Quoting(Scripted):
    """A provider that says whom it was given in everything it says: by turns yes, no, later, who knows, and by raising."""

    def send_blocking(self, messages: Sequence[Outgoing]) -> Sequence[Result]:
        """One message a call."""
        (one,) = messages
        if one.recipient == STAYS:
            return [Accepted("hers")]
        self.calls.append(one)
        told = f"{one.recipient} <{SONG}> {one.content}"
        turn = len(self.calls) % 11
        if turn == 3:
            raise ValueError(told)
        if turn == 5:
            raise ProviderUnavailable(told)
        return [
            {
                7: Rejected(RejectReason.INVALID_ADDRESS, told),
                8: Deferred(timedelta(minutes=5), told),
                9: Unknown(told),
            }.get(turn, Accepted(f"{CANARY}-{self.name}-{len(self.calls)}"))
        ]

    async def look_up(self, keys: Sequence[str], transport: Any) -> Sequence[Result | None]:
        """Not without saying a name."""
        raise ValueError(f"{CANARY} {SONG} is not known here")


def furnish(world: World) -> dict[str, Quoting]:
    """Journeys of every kind, a segment, and a provider for each channel, each of which quotes."""
    made = {}
    for channel, promise in (("email", "Q"), ("sms", "N"), ("push", "I")):
        made[channel] = Quoting.of(channel, promise, [], name=f"quoting_{channel}")
    world.open_to(list(made.values()))
    define("singers", "Singers", "", read_rule({"attribute": "voice", "is": "loud"}), world.now)
    world.publish(with_steps("hello", STEPS), hello=HELLO, tips="")
    world.publish(one_send("told", "sms"), told=SMS)
    world.publish(one_send("rung", "push"), rung=PUSH)
    world.publish(one_send("broken"), broken=BROKEN)
    world.publish(
        with_steps("few", STEPS, entry="{event: few.wanted, limit: {entries: 1 per day}}"),
        hello=HELLO,
        tips="",
    )
    world.publish(one_send("singing", entry="{segment: {enters: singers}}"), singing="")
    world.publish(one_send("wished", entry='{date: {attribute: birthday, at: "10:00"}}'), wished="")
    return made


def people(world: World, count: int) -> list[int]:
    """So many customers with a word in every field; a batch at a time."""
    ids: list[int] = []
    for start in range(0, count, BATCH):
        numbers = range(start, min(start + BATCH, count))
        saved = save([_person(world, number) for number in numbers], world.now)
        ids += saved.ids
        record_consents(
            [one for number, id_ in zip(numbers, saved.ids, strict=True) for one in _said(id_, number)],
            world.now,
        )
        award(
            [NewEntry(id_, 10, f"award-{id_}", "hello, tips", f"{SONG} {id_}") for id_ in saved.ids],
            world.now,
        )
    Customer.objects.filter(id__in=ids[::2]).update(last_seen_zone="Europe/Warsaw", own_limit="week")
    return ids


def _person(world: World, number: int) -> Person:
    attributes = {
        "first_name": f"{SONG.title()}{number}", "last_name": f"O'{CANARY.upper()}", "sings": SONG, "voice": "loud",
        "birthday": "1990-03-05", "note": f"{CANARY} pije kawę", "nested": {SONG: [CANARY, {"deep": SONG}]},
    }  # fmt: skip
    addresses = {
        "email": f"{CANARY}.{number}@example.com",
        "sms": f"+48660904{number:03d}" if number < 1000 else "",
        "push": f"token-{CANARY}-{number}",
    }
    return Person(
        f"{CANARY}-{number}", language="en", attributes=attributes, created_at=world.now - timedelta(days=1),
        addresses={channel: value for channel, value in addresses.items() if value},
    )  # fmt: skip


def _said(id_: int, number: int) -> list[Statement]:
    proof = {"agent": f"{CANARY}/{number}", "ip": "192.0.2.1", "page": f"https://x.example/?who={SONG}"}
    return [
        Statement(id_, channel, "granted", "form", text=f"{SONG} {number}: tak", proof=proof)
        for channel in ("email", "sms", "push")
    ]


def live(world: World, ids: Sequence[int]) -> None:
    """Orders and wishes, which bring them into every journey."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        record_events(
            [
                NewEvent(
                    id_, name, world.now, f"{name}-{CANARY}-{id_}", None, {"note": f"{SONG} {CANARY} {id_}"}
                )
                for id_ in some
                for name in ("hello.wanted", "told.wanted", "rung.wanted", "few.wanted", "order.placed")
            ]
            + [
                NewEvent(id_, "broken.wanted", world.now, f"broken-{CANARY}-{id_}", None, {"note": SONG})
                for id_ in some[:20]
            ],
            world.now,
        )


def report(world: World, providers: dict[str, Quoting], ids: Sequence[int], turn: str) -> None:
    """Deliveries, clicks, complaints and answers, which quote the address, the link and the person's words."""
    kinds = [
        ReceiptKind.DELIVERED,
        ReceiptKind.CLICKED,
        ReceiptKind.BOUNCED,
        ReceiptKind.COMPLAINED,
        ReceiptKind.REPLIED,
    ]
    for channel, provider in providers.items():
        sent = (
            Message.objects.filter(customer__in=ids, channel=channel)
            .exclude(handed_off_at=None)
            .order_by("id")
        )
        receive(
            provider,
            [
                Report(
                    f"{turn}-{channel}-{key}", kinds[number % len(kinds)], world.now, message_key=key,
                    recipient=f"{CANARY}.{number}@example.com" if channel == "email" else "",
                    detail=f"https://x.example/{SONG}?{CANARY}={number}",
                )
                for number, key in enumerate(sent.values_list("key", flat=True)[:400])
            ],
            world.now,
        )  # fmt: skip


def gossip(world: World, ids: Sequence[int]) -> None:
    """What the studio and tools write of them: the log, a simulation, a merger, a suppression, a file of customers."""
    user = User.objects.create(username="operator")
    for model in (Customer, Address, Event, Enrollment, Message):
        key = "id__in" if model is Customer else "customer__in"
        rows = list(
            model._default_manager.filter(**{key: ids}).order_by("id").values_list("id", flat=True)[:50]
        )
        kind = ContentType.objects.get_for_model(model)
        LogEntry.objects.bulk_create(
            LogEntry(user=user, content_type=kind, object_id=str(id_), action_flag=CHANGE,
                     object_repr=f"{SONG} {CANARY}", change_message=f"{CANARY}@example.com {SONG}")
            for id_ in rows
        )  # fmt: skip
    journey = Journey.objects.get(key="hello")
    told = {"examples": [{"person": ids[0], "customer": "", "happened": []}]}
    Simulation.objects.create(
        journey=journey, asked_at=world.now, days=30, state="done", done=1000, told=told
    )
    suppress(
        [Entry("email", digest("email", f"{CANARY}.1@example.com"), "manual", detail=f"{SONG} asked")],
        world.now,
    )
    if len(ids) > 3:
        merge([Pair(ids[2], ids[3])], world.now)
    bring(1)


def bring(number: int) -> str:
    """A file of customers with one of them and with rows that cannot be read; what the command said."""
    said = io.StringIO()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "people.csv"
        file.write_text(
            "external_id,email,first_name,language,consent_email,consent_source,consent_text\n"
            f"{CANARY}-{number},{CANARY}.{number}@example.com,{SONG},en,granted,form,{SONG}\n"
            f"{CANARY}-bad,{CANARY} at example,{SONG},en,perhaps,{SONG},{SONG}\n",
            encoding="utf-8",
        )
        call_command("import_customers", str(file), stdout=said, stderr=io.StringIO())
    return said.getvalue()
