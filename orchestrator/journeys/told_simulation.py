"""A simulation as lines for a terminal: first the sentence, then volume, what was held and lost, collisions, examples."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from orchestrator.journeys.simulation.examples import Example
from orchestrator.journeys.simulation.tell import Reason, Simulated, Volume
from orchestrator.journeys.told import counted

WIDEST = 40  # characters of the longest bar


def tell_simulated(told: Simulated) -> Iterator[str]:
    """All of it."""
    yield _headline(told)
    yield from _assumed(told)
    yield from _volume(told.by_day)
    yield from _reasons("Held for a while", told.holds)
    yield from _reasons("Not sent", told.losses)
    yield from _collisions(told)
    if told.cost is not None:
        yield f"Cost: {told.cost} {told.currency}, {counted(told.parts, 'SMS part')}."
    for one in told.busiest:
        yield f"Fullest tick of {one.provider}: {one.messages:,} messages at {one.at}"
    for example in told.examples:
        yield from _example(example)


def _headline(told: Simulated) -> str:
    who = f"{counted(told.entered_people, 'person', 'people')} of {told.people:,} would have entered"
    got = f"{counted(told.sent, 'message')} would have gone to {told.sent_people:,} of them"
    held_out = f"; {told.held_out:,} of the passages were held out" if told.held_out else ""
    most = f", at most {told.most_for_one} to one person" if told.sent else ""
    return f"{told.journey}, {told.begins[:10]} to {told.ends[:10]}: {who}, {got}{most}{held_out}."


def _assumed(told: Simulated) -> Iterator[str]:
    if told.question == "forecast":
        yield "A forecast: what the last days brought comes again, and after a message people are taken to do as they did:"
        for one in told.assumed:
            on = f"measured on {counted(one.of, 'message')}"
            yield f"  {one.what}{f' by {one.channel}' if one.channel else ''}: {one.share / 100:g} %, {on}"


def _volume(days: Sequence[Volume]) -> Iterator[str]:
    channels: dict[str, dict[str, int]] = defaultdict(dict)
    for one in days:
        channels[one.when][one.channel] = one.messages
    fullest = max((sum(by.values()) for by in channels.values()), default=0)
    for day, by in channels.items():
        total = sum(by.values())
        bar = "█" * max(1, total * WIDEST // fullest)
        yield f"  {day}  {bar} {', '.join(f'{count:,} {name}' for name, count in sorted(by.items()))}"


def _reasons(title: str, reasons: Sequence[Reason]) -> Iterator[str]:
    if reasons:
        yield f"{title}:"
    for one in reasons:
        people = counted(one.people, "person", "people")
        yield f"  {one.reason or one.outcome}: {counted(one.messages, 'message')}, {people}"


def _collisions(told: Simulated) -> Iterator[str]:
    if told.collisions:
        yield "Met others at caps:"
    for one in told.collisions:
        yield f"  {counted(one.messages, 'message')} of {one.yields} gave way to {one.to} ({one.reason})"


def _example(example: Example) -> Iterator[str]:
    state = f"{example.status} {example.reason}".strip()
    yield f"{example.customer}, entered {example.entered_at[:16]}, {state}{', held out' if example.held_out else ''}:"
    for one in example.happened:
        what = f"{one.channel}: {one.what}" if one.channel else one.what
        yield f"  {one.at[:16]}  {one.step}: {what}{f' ({one.reason})' if one.reason else ''}"
