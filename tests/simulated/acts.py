"""What happens in the world, at any edge of anybody's turn: people do things, say things, are merged and erased."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.erase import EraseError, erase
from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.events.record import NewEvent
from orchestrator.events.record import record as record_events
from orchestrator.journeys.models import Journey
from orchestrator.journeys.stop import stop
from orchestrator.messaging.receipts import receive
from orchestrator.messaging.withdraw import record as withdraw
from orchestrator.sdk.values import Receipt, ReceiptKind
from tests.simulated import town
from tests.simulated.house import House
from tests.simulated.stage import MONDAY_NOON

REFUSED = (ValueError, MergeError, EraseError)  # what a form would answer in words


class Visitors:
    """Draws who does what next. An act is drawn whole before it begins: others act between its commits."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._stage = house.stage
        self._happened = 0
        self._reports: list[tuple[str, Receipt]] = []
        self._people = [id_ for (id_,) in house.rows("SELECT id FROM customers_customer ORDER BY id")]
        self.gone: dict[int, str] = {}  # erased -> their name

    def crowd(self, many: int) -> None:
        """So many events before anybody looks."""
        for _ in range(many):
            self._event()[1]()

    def draw(self) -> tuple[str, Callable[[], object]]:
        """An act, and what it is called."""
        kinds = (
            (self._event, 16), (self._bought, 1), (self._withdraws, 3), (self._grants, 2), (self._merges, 1),
            (self._erased, 1), (self._reported, 6), (self._stops, 0.4),
        )  # fmt: skip
        (kind,) = self._stage.chance.choices([kind for kind, _ in kinds], [weight for _, weight in kinds])
        what, act = kind()
        self._stage.count[what.partition(" ")[0]] += 1
        return what, lambda: self._tried(what, act)

    def _tried(self, what: str, act: Callable[[], object]) -> None:
        self._stage.tell(f"begins: {what}")
        try:
            act()
        except REFUSED as error:
            self._stage.count["acts refused"] += 1
            self._stage.tell(f"refused: {what}: {error}")

    def _anybody(self) -> int:
        return self._stage.chance.choice(self._people)

    def _event(self) -> tuple[str, Callable[[], object]]:
        return self._does(f"{self._stage.chance.choice(list(town.JOURNEYS))}.wanted")

    def _bought(self) -> tuple[str, Callable[[], object]]:
        return self._does("shop.bought")

    def _does(self, name: str) -> tuple[str, Callable[[], object]]:
        who, self._happened = self._anybody(), self._happened + 1
        key = f"event-{self._happened}"
        return f"event {name} of {who}", lambda: record_events(
            [NewEvent(who, name, self._stage.now, key)], self._stage.now
        )

    def _withdraws(self) -> tuple[str, Callable[[], object]]:
        who, channel, topic = self._anybody(), *self._place()
        said = Statement(who, channel, "withdrawn", "test", topic=topic)
        return f"withdrawal of {who} {channel} {topic}", lambda: withdraw([said], self._stage.clock)

    def _grants(self) -> tuple[str, Callable[[], object]]:
        who, channel, topic = self._anybody(), *self._place()
        said = Statement(who, channel, "granted", "test", topic=topic)
        return f"grant of {who} {channel} {topic}", lambda: record_consents([said], self._stage.clock)

    def _place(self) -> tuple[str, str]:
        return self._stage.chance.choice((("email", ""), ("email", "club"), ("sms", "")))

    def _merges(self) -> tuple[str, Callable[[], object]]:
        pair = Pair(self._anybody(), self._anybody())
        return f"merge of {pair.merged} into {pair.survivor}", lambda: merge([pair], self._stage.clock)

    def _erased(self) -> tuple[str, Callable[[], object]]:
        who = self._anybody()
        return f"erasure of {who}", lambda: erase([who], self._stage.clock)

    def _stops(self) -> tuple[str, Callable[[], object]]:
        name = self._stage.chance.choice(list(town.JOURNEYS))
        return f"stop of {name}", lambda: stop(Journey.objects.get(key=name), None, self._stage.clock)

    def _reported(self) -> tuple[str, Callable[[], object]]:
        """A provider reports what it took, early or late, once more or in any order; sometimes what it never took."""
        chance, log = self._stage.chance, self._house.log
        if self._reports and chance.random() < 0.3:
            provider, receipt = chance.choice(self._reports)
        elif log:
            taken = chance.choice(log)
            provider, kind = taken.provider, chance.choice(_KINDS)
            by_key = chance.random() < 0.5
            receipt = Receipt(
                f"{kind.value}-{taken.key}",
                kind,
                self._stage.now - timedelta(seconds=chance.choice((0, 1, 300))),
                taken.key if by_key else "",
                "" if by_key else f"ref-{taken.key}",
            )
            self._reports.append((provider, receipt))
        else:
            provider = "virtual_email"
            receipt = Receipt("nobody", ReceiptKind.DELIVERED, MONDAY_NOON, "0" * 32)
        channel = provider.removeprefix("virtual_")
        return f"receipt {receipt.id[:18]}", lambda: receive(
            self._house.providers[channel], [receipt], self._stage.clock
        )


_KINDS = (
    ReceiptKind.DELIVERED, ReceiptKind.DELIVERED, ReceiptKind.DELIVERED, ReceiptKind.OPENED, ReceiptKind.SOFT_BOUNCED,
    ReceiptKind.BOUNCED, ReceiptKind.COMPLAINED, ReceiptKind.UNSUBSCRIBED,
)  # fmt: skip
