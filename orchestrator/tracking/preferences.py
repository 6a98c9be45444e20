"""PREFERENCES: what a customer allows, channel by channel and topic by topic, read and saved by a link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from orchestrator.consents.models import Consent, ConsentState
from orchestrator.consents.record import Statement
from orchestrator.messaging import withdraw
from orchestrator.messaging.objection import objected
from orchestrator.tracking import wishes
from orchestrator.tracking.letter import Letter, owner
from orchestrator.tracking.unsubscribe import Said, locked, statement, withdrawn
from orchestrator.tracking.wishes import NOTHING, Asked
from orchestrator.workspace.models import Topic

SOURCE = "preference_page"
TEXT_VERSION = "preference-page-1"
Place = tuple[str, str]  # channel, topic; topic "" = the channel as a whole


@dataclass(frozen=True, slots=True)
class Switches:
    """One channel: whether it is on, and which topics are not switched off."""

    channel: str
    on: bool
    topics: tuple[tuple[str, bool], ...]

    def places(self) -> Iterator[tuple[Place, bool]]:
        """Every switch with its position."""
        yield (self.channel, ""), self.on
        for topic, on in self.topics:
            yield (self.channel, topic), on


def read(letter: Letter, customer: int) -> list[Switches]:
    """The switches of every channel that the customer was ever asked about by this brand.

    A consent that still waits for its confirmation is shown only on the channel the link came by: with another
    channel's link nobody proves that the address is theirs.
    """
    states = _states(letter, customer)
    topics = Topic.objects.order_by("key").values_list("key", flat=True)
    shown = dict.fromkeys([*topics, *([letter.topic] if letter.topic else [])])
    return [
        Switches(
            channel,
            state == ConsentState.GRANTED,
            tuple((topic, states.get((channel, topic)) != ConsentState.WITHDRAWN) for topic in shown),
        )
        for (channel, topic), state in sorted(states.items())
        if not topic and (state != ConsentState.PENDING or channel == letter.channel)
    ]


def save(
    letter: Letter,
    switched: Mapping[Place, bool],
    said: Mapping[Place, Said],
    now: datetime,
    asked: Asked = NOTHING,
) -> int:
    """Record what was switched on or off, and write what else was asked (of both only what was changed on the page),
    in one transaction; answers how many rows the ledger gets. UnknownWish, and nothing is stored, for a value that
    the page does not offer.

    Off counts for everybody at the address where it is the link's own channel. On counts for this customer alone,
    and only for a switch that the page shows them.
    """

    def act(people: set[int]) -> int:
        customer = owner(letter)
        if customer is None:
            return 0
        wishes.save(customer, asked, now)
        statements = list(_statements(letter, customer, people, switched, said))
        withdraw.record(statements, now)
        return len(statements)

    return locked(letter, act)


def switch_everything_off(letter: Letter, said: Said, now: datetime) -> int:
    """Withdraw every channel's marketing consent for this brand, confirmed or not; answers how many rows."""

    def act(people: set[int]) -> int:
        customer = owner(letter)
        if customer is None:
            return 0
        channels = {channel for channel, _ in _states(letter, customer)} | {letter.channel}
        statements = [
            one for channel in sorted(channels) for one in _off(letter, customer, people, (channel, ""), said)
        ]
        withdraw.record(statements, now)
        return len(statements)

    return locked(letter, act)


def object_to_everything(letter: Letter, said: Said, now: datetime) -> int:
    """The customer's objection to marketing and profiling, from every brand; answers how many rows. It is theirs
    alone: others at the address have not objected."""
    customer = owner(letter)
    if customer is None:
        return 0
    return objected(
        customer, now, text=said.text, text_version=said.text_version, language=said.language,
        proof={"message": letter.key, **said.proof}, also=[(letter.brand.pk, letter.channel)],
    )  # fmt: skip


def _statements(
    letter: Letter,
    customer: int,
    people: set[int],
    switched: Mapping[Place, bool],
    said: Mapping[Place, Said],
) -> Iterator[Statement]:
    now_on = {place: on for channel in read(letter, customer) for place, on in channel.places()}
    for place, on in sorted(switched.items()):
        if place not in now_on:
            continue
        if not on:
            yield from _off(letter, customer, people, place, said[place])
        elif not now_on[place]:
            yield statement(letter, customer, *place, ConsentState.GRANTED, said[place])


def _off(
    letter: Letter, customer: int, people: Iterable[int], place: Place, said: Said
) -> Iterator[Statement]:
    channel, topic = place
    everybody = set(people) if channel == letter.channel else {customer}
    done = withdrawn(replace(letter, channel=channel), everybody, topic)
    for one in sorted(everybody - done):
        yield statement(letter, one, channel, topic, ConsentState.WITHDRAWN, said)


def _states(letter: Letter, customer: int) -> dict[Place, str]:
    rows = Consent.objects.filter(customer=customer, brand=letter.brand, purpose="marketing")
    return {
        (channel, topic): state for channel, topic, state in rows.values_list("channel", "topic", "state")
    }
