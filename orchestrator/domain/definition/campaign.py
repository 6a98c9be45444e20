"""CAMPAIGNS: a message to an audience, once. A shorter way to write a journey of one send; the engine knows only those.

campaign: spring_sale
title: Spring sale
audience: {segment: club, except: {segment: staff}, at: "2026-03-09 10:00", pace: {waves: [10%, 90%], every: 1 hour}}
send: spring_sale
via: [email, sms]
"""

from __future__ import annotations

from dataclasses import replace

from orchestrator.domain.definition.problems import Problems
from orchestrator.domain.definition.reading import Spot, lacks
from orchestrator.domain.definition.tree import Node

STEP = "send"  # the id of a campaign's only step
_HEADER = (
    "title",
    "brand",
    "purpose",
    "topic",
    "priority",
    "expires",
    "on_cap",
    "holdout",
    "goal",
    "exit_when",
)
_ENTRY = ("audience", "only_if")
_SEND = ("send", "via")
FIELDS = ("campaign", *_HEADER, *_ENTRY, *_SEND)


def is_campaign(tree: Node) -> bool:
    """Whether a file's tree is a campaign's."""
    return tree.child("campaign") is not None


def as_journey(tree: Node, problems: Problems | None = None) -> Node:
    """The journey a campaign stands for, every value still where it is written; any other tree as it is.

    What a campaign cannot hold is noted in `problems` (and left out).
    """
    if not is_campaign(tree):
        return tree
    noted = problems or Problems()
    spots = Spot(tree, (), noted).fields(FIELDS, "a campaign") or {}
    for name in ("audience", "send"):
        lacks(Spot(tree, (), noted), spots, name, "a campaign")
    nodes = {name: spot.node for name, spot in spots.items()}
    journey = {"journey": nodes["campaign"]} | {name: nodes[name] for name in _HEADER if name in nodes}
    if "audience" in nodes:
        entry = {name: nodes[name] for name in _ENTRY if name in nodes}
        journey["entry"] = replace(nodes["audience"], value=entry)
    if "send" in nodes:
        step = {name: nodes[name] for name in _SEND if name in nodes} | {
            "id": replace(nodes["send"], value=STEP)
        }
        journey["steps"] = replace(nodes["send"], value=[replace(nodes["send"], value=step)])
    return replace(tree, value=journey)
