"""Whatever becomes of messages, a budget's spending is the sum of those that are charged to it, no more and no less."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from orchestrator.customers.erase import erase
from orchestrator.customers.merge import Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Enrollment
from orchestrator.journeys.work import never, walk_by
from orchestrator.messaging.cancel import cancel, take_back
from orchestrator.messaging.deliver import deliver
from orchestrator.messaging.doubt import clear_up
from orchestrator.messaging.evidence import accept
from orchestrator.messaging.gate import Ready, gate
from orchestrator.messaging.letting_go import put_back
from orchestrator.messaging.models import Budget, FrequencyCap, Message, Price, QuietHoursRule, Spending
from orchestrator.messaging.rescue import rescue
from orchestrator.messaging.settle import send_back, settle
from orchestrator.sdk.values import Accepted, Deferred, Rejected, RejectReason, Unknown
from tests.messaging.conftest import Outbox
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

LIVED = settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
ANSWERS = (
    Accepted("ref"),
    Rejected(RejectReason.SPAM),
    Deferred(),
    Unknown(),
    Rejected(RejectReason.INVALID_ADDRESS),
)
WAITS = (timedelta(seconds=40), timedelta(minutes=2), timedelta(hours=3), timedelta(days=1))
LARGEST = Decimal("0.60")
OUT = (State.HANDING_OFF, State.UNCERTAIN, State.ACCEPTED, State.UNKNOWN)


class Shop:
    """Messages in the hands of workers that live, die and come late; and budgets that pay for them."""

    def __init__(self, world: World, promise: str) -> None:
        self.outbox, self.world = Outbox(world), world
        self.prepared: list[list[Ready]] = []
        self.going: list[list[Ready]] = []
        FrequencyCap.objects.all().delete()
        QuietHoursRule.objects.all().delete()
        world.workspace(minimum_gap_minutes=0)
        world.provider(channel="sms", promise=promise)
        world.publish(one_send("text", "sms"), text='sms:\n  en: {text: "hi"}\n')
        Price.objects.create(channel="sms", amount=Decimal("0.08"), per="part")
        self.main = Budget.objects.create(name="All", amount=LARGEST, period="day")
        self.other = Budget.objects.create(name="Text", amount=Decimal("0.30"), period="", journey="text")

    def plan(self, n: int) -> None:
        """A message to somebody new."""
        name = f"p{Customer.objects.count()}"
        phone = {"sms": f"+48 600 100 {Customer.objects.count():03}"}
        self.world.event(self.world.person(name, ("sms",), addresses=phone), "text.wanted")
        walk_by(lambda: self.world.now, never)

    def prepare(self, n: int) -> None:
        """A worker takes some."""
        self.prepared.append(self.outbox.prepare(n + 1))

    def pass_gate(self, n: int) -> None:
        """A worker comes to the gate with what it has prepared, maybe late."""
        for ready in self.prepared[n % 2 : n % 2 + 1]:
            self.going.append(gate(ready, self.world.now))
            self.prepared.remove(ready)

    def answer(self, n: int) -> None:
        """The provider answers, each message something else; now and then it is heard once more."""
        for going in self.going[n % 2 : n % 2 + 1]:
            answers = [ANSWERS[(n + at) % len(ANSWERS)] for at in range(len(going))]
            settle(going, answers, self.world.now)
            if n % 3:
                self.going.remove(going)

    def too_late(self, n: int) -> None:
        """The gate's word is too old, or the turn is over."""
        for going in self.going[:1]:
            send_back(going, self.world.now)
        for ready in self.prepared[:1]:
            put_back([one.message for one in ready], self.world.now)
        self.going, self.prepared = self.going[1:], self.prepared[1:]

    def wait(self, n: int) -> None:
        """Time passes, a day's end too."""
        self.world.now += WAITS[n % len(WAITS)]

    def rescue(self, n: int) -> None:
        """Workers are found dead."""
        rescue(self.world.now)

    def clear(self, n: int) -> None:
        """Doubt is cleared up, as far as the provider's class goes."""
        for ready in self.prepared[:1]:
            clear_up([one.message for one in ready], self.world.now)

    def cancel(self, n: int) -> None:
        """A journey ends for somebody, or takes its message back."""
        one = Enrollment.objects.order_by("id")[n // 2 :].first()
        if one is not None and n % 2:
            cancel({one.pk: "exited"}, self.world.now)
        elif one is not None:
            take_back([(one.pk, "text", 1)], "exited", self.world.now)

    def report(self, n: int) -> None:
        """A receipt comes for a message in whatever state."""
        accept(
            dict.fromkeys(Message.objects.order_by("-id").values_list("id", flat=True)[n : n + 1], "ref"),
            self.world.now,
        )

    def withdraw(self, n: int) -> None:
        """Somebody has enough."""
        for id_ in self._people()[n : n + 1]:
            self.world.withdraw(id_, "sms")

    def erase(self, n: int) -> None:
        """Somebody is erased."""
        erase(self._people()[n : n + 1], self.world.now)

    def merge(self, n: int) -> None:
        """Two are one."""
        two = self._people()[n : n + 2]
        if len(two) == 2:
            merge([Pair(*two)], self.world.now)

    def edit(self, n: int) -> None:
        """Budgets and prices change."""
        Budget.objects.filter(pk=self.main.pk).update(amount=(LARGEST, Decimal("0.16"))[n % 2])
        Budget.objects.filter(pk=self.other.pk).update(enabled=n % 3 > 0)
        Price.objects.update(amount=(Decimal("0.08"), Decimal("0.0815"))[n % 2])

    def _people(self) -> list[int]:
        there = Customer.objects.filter(erased_at=None, merged_into=None).order_by("id")
        return list(there.values_list("id", flat=True))

    def check(self) -> None:
        """Every row of spending is the sum of its messages; whatever may have left is paid for; none is overspent."""
        sums: dict[int, Decimal] = defaultdict(Decimal)
        for charged, cost in Message.objects.filter(charged__isnull=False).values_list("charged", "cost"):
            for row in charged or ():
                sums[row] += cost or 0
        rows = list(Spending.objects.values_list("id", "budget_id", "spent"))
        assert {id_: spent for id_, _, spent in rows} == {id_: sums[id_] for id_, _, _ in rows}
        assert set(sums) <= {id_ for id_, _, _ in rows}
        assert all(spent <= LARGEST for _, _, spent in rows)
        mine = {id_ for id_, budget, _ in rows if budget == self.main.pk}
        out = Message.objects.filter(state__in=OUT).values_list("charged", flat=True)
        assert all(len(mine & set(charged or ())) == 1 for charged in out)
        final = Message.objects.filter(final_at__isnull=False).exclude(state__in=OUT)
        assert not final.filter(charged__isnull=False).exists()


Acts = list[tuple[Callable[[Shop, int], None], int]]
ACTS = [
    Shop.plan, Shop.plan, Shop.prepare, Shop.prepare, Shop.pass_gate, Shop.pass_gate, Shop.answer,
    Shop.answer, Shop.wait, Shop.wait, Shop.too_late, Shop.rescue, Shop.rescue, Shop.clear, Shop.cancel, Shop.report,
    Shop.withdraw, Shop.erase, Shop.merge, Shop.edit,
]  # fmt: skip


# A message that was put off keeps its money and waits for another try: what may become of it then.
PUT_OFF: Acts = [(Shop.plan, 0), (Shop.prepare, 0), (Shop.pass_gate, 0), (Shop.answer, 2), (Shop.wait, 0)]
AGAIN: Acts = [*PUT_OFF, (Shop.prepare, 0)]


@pytest.mark.django_db
@LIVED
@example("N", [*AGAIN, (Shop.pass_gate, 0), (Shop.answer, 1)])
@example("N", [*AGAIN, (Shop.edit, 1), (Shop.pass_gate, 0), (Shop.too_late, 0)])
@example("N", [*AGAIN, (Shop.withdraw, 0), (Shop.pass_gate, 0)])
@example("N", [*AGAIN, (Shop.wait, 1), (Shop.rescue, 0), (Shop.pass_gate, 0)])
@example("N", [*PUT_OFF, (Shop.wait, 3), (Shop.prepare, 0), (Shop.pass_gate, 0)])
@example("N", [*PUT_OFF, (Shop.cancel, 0)])
@example("N", [*PUT_OFF, (Shop.cancel, 1)])
@example("N", [(Shop.plan, 0), (Shop.prepare, 0), (Shop.wait, 1), (Shop.rescue, 0), (Shop.pass_gate, 0)])
@given(
    st.sampled_from("NQI"),
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 7)), min_size=30, max_size=60),
)
def test_spending_is_the_sum_of_what_is_charged(world: World, promise: str, acts: Acts) -> None:
    began = world.now
    with transaction.atomic():
        shop = Shop(world, promise)
        for act, n in acts:
            act(shop, n)
            shop.check()
        transaction.set_rollback(True)
    world.now = began


@pytest.mark.django_db
def test_the_database_refuses_to_give_back_the_slot_and_keep_the_money(outbox: Outbox):
    Price.objects.create(channel="email", amount=Decimal("0.01"))
    Budget.objects.create(name="All", amount=Decimal("1"), period="day")
    outbox.plan("anna")
    outbox.hand_off()
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.update(counted_at=None)
    assert Spending.objects.get().spent == Decimal("0.01")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("priced", "read"), [(False, ["messaging_price"]), (True, ["messaging_price", "messaging_budget"])]
)
def test_without_a_budget_a_turn_reads_what_there_is_and_nothing_more(
    outbox: Outbox, priced: bool, read: list[str]
):
    if priced:
        Price.objects.create(channel="email", amount=Decimal("0.01"))
    outbox.plan("anna", "bela")
    with CaptureQueriesContext(connection) as asked:
        assert deliver(outbox.now).handed_off == 2
    tables = [re.findall(r'FROM "(messaging_(?:price|budget|spending))"', one["sql"]) for one in asked]
    assert [table for found in tables for table in found] == read
