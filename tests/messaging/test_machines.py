"""Stories about the gate's caps and about a message's life, told by Hypothesis and followed by models."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from orchestrator.domain.outbox import MOVES, State
from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.claim import claim
from orchestrator.messaging.deliver import _render, deliver
from orchestrator.messaging.doubt import clear_up
from orchestrator.messaging.gate import Ready, gate
from orchestrator.messaging.letting_go import put_back
from orchestrator.messaging.look import look
from orchestrator.messaging.models import FrequencyCap, Message, ProviderBreaker
from orchestrator.messaging.receipts import receive
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.settle import send_back, settle
from orchestrator.sdk.values import (
    Accepted,
    Deferred,
    Receipt,
    ReceiptKind,
    Rejected,
    RejectReason,
    Result,
    Unknown,
)
from tests import machines
from tests.messaging.conftest import JOURNEY, Outbox
from tests.scenarios.scripted import Scripted

DAY, LIMIT, TRIES = timedelta(hours=24), 2, 6
ANSWERS: list[Result] = [
    Accepted("ref"), Rejected(RejectReason.SPAM), Deferred(timedelta(minutes=10)), Unknown("500"),
]  # fmt: skip
# One rule, so that no story is told without any of it; the commoner stand twice or more.
WHAT = [
    *["prepare"] * 4, *["gate"] * 4, *["answer"] * 3, *["lease over"] * 3, "gate held", "turn over", "word too old",
    "can be asked", "receipt", "withdrawal", "day",
]  # fmt: skip
OPEN = ("planned", "retry_wait", "uncertain", "leased", "handing_off")


def begin(outbox: Outbox, name: str, purpose: str) -> int:
    """A person of this story's own; nobody else's message waits."""
    Message.objects.filter(state__in=OPEN).update(state=State.CANCELLED, counted_at=None)
    Message.objects.update(wake_pending=False)
    ProviderBreaker.objects.all().delete()
    outbox.world.publish(JOURNEY.format(purpose=purpose), hello="")
    return outbox.world.person(name, addresses={"email": f"{name}@example.com"})


def test_caps_are_as_a_list_of_sends_says(outbox: Outbox) -> None:
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="Two a day", limit=LIMIT, rolling="24 hours")
    outbox.world.workspace(minimum_gap_minutes=0)
    provider = outbox.world.provider()
    stories = iter(range(100_000))

    class Caps(RuleBasedStateMachine):
        """The model: message -> (state, when it takes its slot or None, tries)."""

        def __init__(self) -> None:
            super().__init__()
            self.customer = begin(outbox, f"story{next(stories)}", "marketing")
            self.model: dict[int, tuple[str, datetime | None, int]] = {}

        @rule()
        def somebody_wants_one(self) -> None:
            outbox.world.event(self.customer, "hello.wanted")
            walk_by(lambda: outbox.now, never)
            for id_ in Message.objects.filter(customer=self.customer).values_list("id", flat=True):
                self.model.setdefault(id_, ("planned", None, 0))

        @rule(hours=st.sampled_from([1, 5, 12, 24, 30]))
        def time_passes(self, hours: int) -> None:
            outbox.world.now += timedelta(hours=hours)

        @rule(answers=st.lists(st.sampled_from(ANSWERS), min_size=4, max_size=4))
        def a_worker_delivers(self, answers: list[Result]) -> None:
            # All that wait are looked at again, whatever time they were told.
            waiting = list(self._waiting().order_by("expires_at", "id").values_list("id", "expires_at"))
            self._waiting().update(due_at=outbox.now)
            ProviderBreaker.objects.all().delete()
            provider.answers = list(answers)
            deliver(outbox.now)
            for id_, expires_at in waiting:
                self._follow(id_, expires_at, answers)

        def _waiting(self) -> Any:
            return Message.objects.filter(customer=self.customer, state__in=OPEN)

        def _follow(self, id_: int, expires_at: datetime, answers: list[Result]) -> None:
            now, (_, at, tries) = outbox.now, self.model[id_]
            others = [
                slot for one, (_, slot, _) in self.model.items() if one != id_ and slot and slot > now - DAY
            ]
            if now >= expires_at:
                self.model[id_] = ("expired", None, tries)
            elif len(others) >= LIMIT:
                self.model[id_] = ("planned", at, tries)
            else:
                answer = answers.pop(0) if answers else Accepted("ref")
                self.model[id_] = self._answered(answer, tries + 1, expires_at)

        def _answered(
            self, answer: Result, tries: int, expires_at: datetime
        ) -> tuple[str, datetime | None, int]:
            now = outbox.now
            match answer:
                case Rejected():
                    return "rejected", None, tries
                case Deferred() if tries >= TRIES or now + timedelta(minutes=10) >= expires_at:
                    return "failed", None, tries
                case Deferred():
                    return "retry_wait", now, tries
                case Unknown():
                    return "unknown", now, tries
            return "accepted", now, tries

        @invariant()
        def the_database_says_the_same(self) -> None:
            rows = Message.objects.filter(customer=self.customer).order_by("id")
            found = {id_: rest for id_, *rest in rows.values_list("id", "state", "counted_at", "attempts")}
            assert found == {id_: list(one) for id_, one in self.model.items()}

    machines.run(Caps, stories=8, steps=16)


def test_a_message_makes_no_move_that_is_not_in_the_table(outbox: Outbox) -> None:
    """Workers hold it as long as they like; what they write in the end is written under fences or not at all."""
    stories, seen = iter(range(100_000)), set[tuple[str, str]]()

    class Life(RuleBasedStateMachine):
        """One message, the workers that hold it, and what was last seen of it."""

        def __init__(self) -> None:
            super().__init__()
            number = next(stories)
            promise, purpose = (
                ("I", "marketing"), ("Q", "marketing"), ("N", "marketing"), ("N", "transactional"),
            )[number % 4]  # fmt: skip
            self.provider: Scripted = outbox.world.provider(promise=promise)
            self.customer = begin(outbox, f"life{number}", purpose)
            outbox.world.event(self.customer, "hello.wanted")
            walk_by(lambda: outbox.now, never)
            self.prepared: list[Ready] = []
            self.gone: list[Ready] = []
            self.last = ("planned", 0)

        @rule(what=st.sampled_from(WHAT), answer=st.sampled_from(ANSWERS), yes=st.booleans())
        def something_happens(self, what: str, answer: Result, yes: bool) -> None:
            key = Message.objects.filter(customer=self.customer).values_list("key", flat=True).get()
            match what:
                case "prepare":
                    self._prepare()
                case "gate" | "gate held" if self.prepared:
                    outbox.world.workspace(paused_at=outbox.now if what == "gate held" else None)
                    self.gone += gate([self.prepared.pop(0)], outbox.now)
                    outbox.world.workspace(paused_at=None)
                case "turn over" if self.prepared:
                    put_back([self.prepared.pop(0).message], outbox.now)
                case "answer" if self.gone:
                    settle([self.gone.pop(0)], [answer], outbox.now)
                case "word too old" if self.gone:
                    send_back([self.gone.pop(0)], outbox.now)
                case "lease over":
                    outbox.world.now += timedelta(minutes=2)
                    rescue(outbox.now)
                case "can be asked":
                    self.provider.known = {key: Accepted("ref")} if yes else {}
                case "receipt" if self.gone or self.last[0] in ("uncertain", "unknown"):
                    report = Receipt(f"of {key}", ReceiptKind.DELIVERED, outbox.now, key)
                    receive(self.provider, [report], outbox.now)
                case "withdrawal":
                    outbox.world.withdraw(self.customer)
                case "day":
                    outbox.world.now += timedelta(days=1)

        def _prepare(self) -> None:
            ProviderBreaker.objects.all().delete()
            Message.objects.filter(customer=self.customer, state__in=OPEN[:3]).update(due_at=outbox.now)
            claimed = claim(outbox.now, 10)
            self.see()
            claimed = clear_up(claimed, outbox.now)
            self.see()
            hopeful, loaded = look(claimed, outbox.now)
            self.prepared += _render(hopeful, loaded, outbox.now)

        @invariant()
        def see(self) -> None:
            """What was written is a move of the table, under a fence that did not fall."""
            if not hasattr(self, "customer"):
                return
            now = Message.objects.filter(customer=self.customer).values_list("state", "fence").get()
            before, self.last = self.last, now
            assert now[1] >= before[1]
            if now[0] != before[0]:
                seen.add((before[0], now[0]))
                assert State(now[0]) in MOVES[State(before[0])]

    machines.run(Life, stories=32, steps=20, chosen_by=1)
    wanted = {
        ("planned", "leased"), ("leased", "planned"), ("leased", "handing_off"), ("handing_off", "accepted"),
        ("handing_off", "rejected"), ("handing_off", "uncertain"), ("uncertain", "leased"), ("leased", "uncertain"),
    }  # fmt: skip
    assert wanted - seen == set()
