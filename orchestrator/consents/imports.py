"""The consent columns of a customers' file. An import is not a consent: it never undoes what people said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from zoneinfo import ZoneInfo

from orchestrator import registry
from orchestrator.consents.models import ConsentRecord, ConsentState, SuppressionReason
from orchestrator.consents.read import load_for
from orchestrator.consents.record import Statement, default_brand_id, record
from orchestrator.consents.suppress import suppressed
from orchestrator.customers.addresses import digest
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.times import read_instant
from orchestrator.customers.locks import lock
from orchestrator.customers.people import Person
from orchestrator.customers.plain import check_text
from orchestrator.domain.shown import shown

_PREFIX = "consent_"
_ABOUT = ("source", "at", "text")
_WORDS = {
    **dict.fromkeys(("granted", "yes", "y", "tak", "t", "true", "1"), ConsentState.GRANTED),
    **dict.fromkeys(("withdrawn", "no", "n", "nie", "false", "0"), ConsentState.WITHDRAWN),
}


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says: the state for each channel, when (None = the file does not say), where, in which words."""

    states: Mapping[str, ConsentState]
    at: Mapping[ConsentState, datetime] | None
    source: str
    text: str


class ConsentColumns:
    """`consent_email`, `consent_sms`, `consent_push`, and about them `consent_source`, `consent_at`, `consent_text`."""

    def claim(self, columns: Sequence[str]) -> set[str]:
        """The consent columns; FileError for one that speaks of no channel."""
        plugged = registry.current().channels.values()
        channels = {"email", "sms", "push", *(one.name for one in plugged if one.personal)}
        mine = {column for column in columns if column.startswith(_PREFIX)}
        wrong = sorted(mine - {_PREFIX + name for name in (*channels, *_ABOUT)})
        if wrong:
            known = ", ".join(_PREFIX + name for name in sorted(channels))
            raise FileError(f"the column {shown(wrong[0])} speaks of no channel we know; there are {known}")
        return mine

    def read(self, cells: Mapping[str, str], zone: ZoneInfo) -> Said | None:
        """A row's statement; None where its cells are empty. ValueError for a word that is neither yes nor no."""
        states = {
            column.removeprefix(_PREFIX): _read_state(column, cell)
            for column, cell in cells.items()
            if column.startswith(_PREFIX) and column.removeprefix(_PREFIX) not in _ABOUT and cell
        }
        if not states:
            return None
        source = check_text(cells.get("consent_source", "") or "import", "consent_source")
        if len(source) > 63:
            raise ValueError(f"consent_source {shown(source)} is longer than 63 characters; shorten it")
        return Said(
            states, _read_at(cells, zone), source, check_text(cells.get("consent_text", ""), "consent_text")
        )

    def refuse(self, people: Sequence[Person]) -> Mapping[int, str]:
        """People at an address whose owner was erased: an old list must not bring them back."""
        addresses = [
            [(channel, digest(channel, value)) for channel, value in person.addresses.items()]
            for person in people
        ]
        found = suppressed({address for of_one in addresses for address in of_one})
        erased = {address for address, reason in found.items() if reason == SuppressionReason.ERASURE}
        why = "the owner of this address was erased at their own wish; they are not added again"
        return {index: why for index, of_one in enumerate(addresses) if erased.intersection(of_one)}

    def store(self, said: Sequence[tuple[int, Said]], now: datetime) -> Mapping[str, int]:
        """Record what is new. A grant without a time counts only for people who never said anything.

        A grant with a time is held against what they said since, as ever; the same statement is recorded once,
        however often its file is imported. Counts `consents`, and `consents_kept`: grants that changed nothing
        since the person had withdrawn.
        """
        lock({customer_id for customer_id, _ in said})
        statements = [
            Statement(
                id_, channel, state, one.source, recorded_at=one.at[state] if one.at else None, text=one.text
            )
            for id_, one in said
            for channel, state in one.states.items()
        ]
        standing = _load_standing(statements)
        dated = [replace(s, recorded_at=min(s.recorded_at, now)) for s in statements if s.recorded_at]
        undated = [
            s for s in statements if s.recorded_at is None and _counts(s, standing[s.channel, s.customer_id])
        ]
        fresh = _drop_known(dated) + list({(s.customer_id, s.channel, s.state): s for s in undated}.values())
        record(fresh, now)
        after = _load_standing(statements)
        withdrawn = {place for place, state in after.items() if state == ConsentState.WITHDRAWN}
        granted = {(s.channel, s.customer_id) for s in statements if s.state == ConsentState.GRANTED}
        return {"consents": len(fresh), "consents_kept": len(granted & withdrawn)}


def _read_state(column: str, cell: str) -> ConsentState:
    state = _WORDS.get(cell.lower())
    if state is None:
        raise ValueError(
            f"{column} is {shown(cell)}, neither yes nor no; write granted or withdrawn, or leave it empty"
        )
    return state


def _read_at(cells: Mapping[str, str], zone: ZoneInfo) -> Mapping[ConsentState, datetime] | None:
    """When it was said. Of a bare date a grant counts from its start and a withdrawal to its end: doubt is a no."""
    text = cells.get("consent_at", "")
    if not text:
        return None
    edges = {ConsentState.GRANTED: time(0), ConsentState.WITHDRAWN: time(23, 59, 59)}
    return {state: read_instant(text, zone, "consent_at", at) for state, at in edges.items()}


def _load_standing(statements: Sequence[Statement]) -> dict[tuple[str, int], str]:
    brand, standing = default_brand_id(), {}
    for channel in {statement.channel for statement in statements}:
        ids = {statement.customer_id for statement in statements if statement.channel == channel}
        for customer_id, facts in load_for(ids, brand, channel).items():
            standing[channel, customer_id] = facts.state
    return standing


def _counts(statement: Statement, standing: str) -> bool:
    """Whether a statement without a time says anything new: a no always, a yes only where nothing was ever said."""
    if statement.state == ConsentState.WITHDRAWN:
        return standing != ConsentState.WITHDRAWN
    return standing == ""


def _drop_known(dated: Sequence[Statement]) -> list[Statement]:
    """Without those that stand in the ledger already, and each once."""
    rows = ConsentRecord.objects.filter(
        customer__in={statement.customer_id for statement in dated},
        brand=default_brand_id(), purpose="marketing", topic="",
    ).values_list("customer", "channel", "state", "recorded_at", "source")  # fmt: skip
    known = set(rows)
    fresh = {(s.customer_id, s.channel, str(s.state), s.recorded_at, s.source): s for s in dated}
    return [statement for place, statement in fresh.items() if place not in known]
