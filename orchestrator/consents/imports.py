"""The consent columns of a customers' file. An import is not a consent: it never undoes what people said."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from orchestrator import registry
from orchestrator.consents.models import ConsentState, SuppressionReason
from orchestrator.consents.record import Statement
from orchestrator.consents.suppress import suppressed
from orchestrator.consents.take_over import take_over
from orchestrator.customers.addresses import digest
from orchestrator.customers.imports.files import FileError
from orchestrator.customers.imports.times import read_instant
from orchestrator.customers.locks import lock
from orchestrator.customers.people import Person
from orchestrator.customers.plain import check_text, make_plain
from orchestrator.domain.shown import shown
from orchestrator.domain.wording import Words, Wrong
from orchestrator.workspace.models import Topic

_PREFIX = "consent_"
_ABOUT = ("source", "at", "text", "version", "language", "basis", "proof")
_LONGEST = {"source": 63, "version": 31, "language": 12, "basis": 63, "proof": 4_000}
_WORDS = {
    **dict.fromkeys(("granted", "yes", "y", "tak", "t", "true", "1"), ConsentState.GRANTED),
    **dict.fromkeys(("withdrawn", "no", "n", "nie", "false", "0"), ConsentState.WITHDRAWN),
}


Place = tuple[str, str]  # channel, topic; topic "" = the channel as a whole


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says: the state for each place, when (None = the file does not say), where, in which words, and
    what proves it."""

    states: Mapping[Place, ConsentState]
    at: Mapping[ConsentState, datetime] | None
    source: str
    text: str
    version: str = ""
    language: str = ""
    basis: str = "consent"
    proof: Mapping[str, Any] = field(default_factory=dict)


class ConsentColumns:
    """`consent_email`, `consent_sms`, `consent_push`, of one topic `consent_email_club`, and about them
    `consent_source`, `consent_at`, `consent_text`, `consent_version`, `consent_language`, `consent_basis` and
    `consent_proof`."""

    def claim(self, columns: Sequence[str]) -> set[str]:
        """The consent columns; FileError for one that speaks of no channel, or of a topic that does not exist."""
        mine = {column for column in columns if column.startswith(_PREFIX)}
        channels = _channels()
        topics = set(Topic.objects.values_list("key", flat=True))
        for column in sorted(mine - {_PREFIX + name for name in _ABOUT}):
            channel, topic = _place(column, channels)
            if not channel:
                known = ", ".join(_PREFIX + name for name in sorted(channels))
                raise FileError(
                    "the column %(column)s speaks of no channel we know; there are %(known)s",
                    column=shown(column),
                    known=known,
                )
            if topic and topic not in topics:
                known = ", ".join(sorted(topics)) or "none yet"
                raise FileError(
                    "the column %(column)s speaks of no topic we know; there are: %(known)s",
                    column=shown(column),
                    known=known,
                )
        return mine

    def read(self, cells: Mapping[str, str], zone: ZoneInfo) -> Said | None:
        """A row's statement; None where its cells are empty. ValueError for a word that is neither yes nor no."""
        channels = _channels()
        states = {
            _place(column, channels): _read_state(column, cell)
            for column, cell in cells.items()
            if column.startswith(_PREFIX) and column.removeprefix(_PREFIX) not in _ABOUT and cell
        }
        if not states:
            return None
        about = {name: _about(cells, name) for name in _ABOUT if name != "at"}
        return Said(
            states, _read_at(cells, zone), about["source"] or "import", about["text"], about["version"],
            about["language"], about["basis"] or "consent", _read_proof(about["proof"]),
        )  # fmt: skip

    def refuse(self, people: Sequence[Person]) -> Mapping[int, str]:
        """People at an address whose owner was erased: an old list must not bring them back."""
        addresses = [
            [(channel, digest(channel, value)) for channel, value in person.addresses.items()]
            for person in people
        ]
        found = suppressed({address for of_one in addresses for address in of_one})
        erased = {address for address, reason in found.items() if reason == SuppressionReason.ERASURE}
        why = Words("the owner of this address was erased at their own wish; they are not added again")
        return {index: why for index, of_one in enumerate(addresses) if erased.intersection(of_one)}

    def store(self, said: Sequence[tuple[int, Said]], now: datetime) -> Mapping[str, int]:
        """Record what is new. A grant without a time counts only for people who never said anything.

        A grant with a time is held against what they said since, as ever; the same statement is recorded once,
        however often its file is imported. Counts `consents`, and `consents_kept`: grants that changed nothing
        since the person had withdrawn.
        """
        lock({customer_id for customer_id, _ in said})
        taken = take_over(
            [
                Statement(
                    id_, channel, state, one.source, topic=topic, recorded_at=one.at[state] if one.at else None,
                    text=one.text, text_version=one.version, language=one.language, legal_basis=one.basis,
                    proof=one.proof,
                )
                for id_, one in said
                for (channel, topic), state in one.states.items()
            ],
            now,
        )  # fmt: skip
        return {"consents": taken.recorded, "consents_kept": taken.kept}


def _channels() -> set[str]:
    plugged = registry.current().channels.values()
    return {"email", "sms", "push", *(one.name for one in plugged if one.personal)}


def _place(column: str, channels: Collection[str]) -> Place:
    """What a column speaks of: the longest channel that it names, and the topic after it. Channel "" = none."""
    name = column.removeprefix(_PREFIX)
    for channel in sorted(channels, key=len, reverse=True):
        if name == channel:
            return channel, ""
        if topic := name.removeprefix(f"{channel}_") if name.startswith(f"{channel}_") else "":
            return channel, topic
    return "", ""


def _about(cells: Mapping[str, str], name: str) -> str:
    column = _PREFIX + name
    text = check_text(cells.get(column, ""), column)
    longest = _LONGEST.get(name)
    if longest and len(text) > longest:
        raise Wrong(
            "%(column)s %(text)s is longer than %(longest)s characters; shorten it",
            column=column,
            text=shown(text),
            longest=longest,
        )
    return text


def _read_proof(text: str) -> Mapping[str, Any]:
    """JSON where it begins as an object does, else the text as it is."""
    if not text.startswith("{"):
        return {"said": text} if text else {}
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        raise Wrong(
            "consent_proof %(text)s begins like JSON and is none; mend it, or write it without a brace",
            text=shown(text),
        ) from None
    return dict(make_plain(read, "consent_proof"))


def _read_state(column: str, cell: str) -> ConsentState:
    state = _WORDS.get(cell.lower())
    if state is None:
        raise Wrong(
            "%(column)s is %(cell)s, neither yes nor no; write granted or withdrawn, or leave it empty",
            column=column,
            cell=shown(cell),
        )
    return state


def _read_at(cells: Mapping[str, str], zone: ZoneInfo) -> Mapping[ConsentState, datetime] | None:
    """When it was said. Of a bare date a grant counts from its start and a withdrawal to its end: doubt is a no."""
    text = cells.get("consent_at", "")
    if not text:
        return None
    edges = {ConsentState.GRANTED: time(0), ConsentState.WITHDRAWN: time(23, 59, 59)}
    return {state: read_instant(text, zone, "consent_at", at) for state, at in edges.items()}
