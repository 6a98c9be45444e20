"""The summary, for people to read on a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from orchestrator.demo.summary import Summary

NAMES = ("journey", "entered", "completed", "under way", "held out", "converted")


def lines(summary: Summary) -> Iterator[str]:
    """A table of the journeys, then what became of the messages."""
    yield f"{summary.customers:,} customers, {summary.orders:,} orders"
    yield ""
    rows = [
        (one.journey, one.entered, one.completed, one.active, one.held_out, one.converted)
        for one in summary.journeys
    ]
    yield f"  {NAMES[0]:<22}" + "".join(f"{name:>11}" for name in NAMES[1:])
    for name, *counts in rows:
        yield f"  {name:<22}" + "".join(f"{count:>11,}" for count in counts)
    yield ""
    yield f"  sent      {sum(summary.accepted.values()):>7,}   {_told(summary.accepted)}"
    yield f"  held      {summary.held_once:>7,}   {_told(summary.held)}"
    yield f"  not sent  {sum(summary.skipped.values()):>7,}   {_told(summary.skipped)}"


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {count:,}" for name, count in counts.items())
