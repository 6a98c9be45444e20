"""READER: reads a file of an old system row by row and stores what it says; one for people, one for what happened."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from orchestrator.customers.imports.kinds import Item, Outcome, Setting
from orchestrator.customers.imports.table import Row, RowError
from orchestrator.domain.wording import Words
from orchestrator.events.record import record as record_events
from orchestrator.messaging import past
from orchestrator.moving import people, permissions
from orchestrator.moving.contacts import Contact
from orchestrator.moving.happened import Happened, What, allowed_by, blocked_by, event_of

AHEAD = timedelta(days=1)  # what is dated later than that has a wrong date


@dataclass(slots=True)
class _Rows:
    """One row, one item or more: what `read` makes of it."""

    setting: Setting
    read: Callable[[Row, Setting], Iterable[Any]]

    def feed(self, row: Row) -> Iterable[Item | RowError]:
        """What the row says; a row stands for itself."""
        return [Item(row.line, one) for one in self.read(row, self.setting)]

    def end(self) -> Iterable[Item | RowError]:
        """Nothing waits for a row that follows."""
        return ()


@dataclass(slots=True)
class PeopleReader(_Rows):
    """Of contacts, with what they allow."""

    COUNTS: ClassVar = ("people", "new_people", "changed_people")

    def store(self, items: Sequence[Item]) -> Outcome:
        """Save them, then what they forbid and allow."""
        contacts: list[Contact] = [one.value for one in items]
        outcome, now = Outcome(), self.setting.now
        stored = people.store(contacts, now)
        whose = [(one, id_) for one, id_ in zip(contacts, stored.ids, strict=True) if id_ is not None]
        said = [(id_, one.who.system, allowed, one.since) for one, id_ in whose for allowed in one.allowed]
        outcome.counts.update(permissions.allow(said, now))
        blocked = [
            (one.who, id_, found)
            for one, id_ in zip(contacts, stored.ids, strict=True)
            for found in one.blocked
        ]
        outcome.counts.update(permissions.block(blocked, now))
        counts = (len({id_ for _, id_ in whose}), stored.added, stored.changed)
        outcome.counts.update(dict(zip(self.COUNTS, counts, strict=True)))
        outcome.errors = [RowError(items[at].line, why) for at, why in stored.refused.items()]
        outcome.kept_out = [RowError(one.line, why) for one in items for why in one.value.problems]
        return outcome


@dataclass(slots=True)
class HistoryReader(_Rows):
    """Of what happened to messages, and of orders."""

    def store(self, items: Sequence[Item]) -> Outcome:
        """Store it for whoever it is about; of the erased and of people nobody knows nothing is kept."""
        outcome = Outcome()
        kept = [one for one in items if not self._is_ahead(one, outcome)]
        found = people.held([one.value.who for one in kept])
        whose = [(one, found.id_of(one.value.who)) for one in kept]
        outcome.counts.update(self._block(whose))
        mine: list[tuple[Happened, int]] = []
        for one, id_ in whose:
            if found.is_erased(one.value.who):
                outcome.errors.append(RowError(one.line, people.ERASED))
            elif id_ is None:
                outcome.errors.append(RowError(one.line, people.UNKNOWN))
            else:
                mine.append((one.value, id_))
        self._keep(mine, outcome)
        return outcome

    def _is_ahead(self, item: Item, outcome: Outcome) -> bool:
        ahead = bool(item.value.at > self.setting.now + AHEAD)
        if ahead:
            why = Words("the date %(date)s is in the future; check it", date=f"{item.value.at:%Y-%m-%d}")
            outcome.errors.append(RowError(item.line, why))
        return ahead

    def _block(self, whose: Sequence[tuple[Item, int | None]]) -> Any:
        blocked = [
            (one.value.who, id_, found) for one, id_ in whose if (found := blocked_by(one.value)) is not None
        ]
        return permissions.block(blocked, self.setting.now)

    def _keep(self, mine: Sequence[tuple[Happened, int]], outcome: Outcome) -> None:
        now = self.setting.now
        sent = [_past(one, id_) for one, id_ in mine if one.what is What.SENT]
        events = [event_of(one, id_) for one, id_ in mine if one.what is not What.SENT]
        said = [
            (id_, one.who.system, allowed, None)
            for one, id_ in mine
            if (allowed := allowed_by(one)) is not None
        ]
        stored = record_events(events, now).stored if events else 0
        fresh = past.record(sent, now) if sent else 0
        outcome.counts.update({"past_messages": fresh, "events": stored})
        outcome.counts["repeated"] += len(mine) - fresh - stored
        outcome.counts.update(permissions.allow(said, now))


def _past(one: Happened, customer: int) -> past.NewPast:
    marks = dict(one.who.digests)
    return past.NewPast(
        customer,
        one.who.system,
        one.name,
        one.channel,
        one.at,
        marks.get(one.channel, ""),
        one.purpose,
        "",
        one.title,
    )
