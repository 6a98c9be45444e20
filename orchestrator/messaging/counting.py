"""COUNTING: of which messages opens and clicks are counted, and the links by which they are.

Said in the frozen context, so that a retry carries the same links whatever is switched, or rotated, in between. Where
their key was retired, they are of today.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from orchestrator.messaging import links
from orchestrator.messaging.facts import PersonRow
from orchestrator.messaging.rows import Claimed
from orchestrator.workspace.models import Workspace


def tracked(
    message: Claimed, person: PersonRow, workspace: Workspace, prepared: Mapping[str, Any]
) -> dict[str, Any]:
    """What the context says of counting; nothing where nothing is counted.

    Marketing only: to that people have agreed, and the links of other messages are often secrets. Nobody's who turned
    personalization off; no test's; no template's that says `track: false`. A text message keeps its links, since ours
    would fill half of it.
    """
    if message.purpose != "marketing" or message.test or not prepared.get("track", True):
        return {}
    if person.personalization == "none":
        return {}
    clicks = workspace.track_clicks and message.channel in ("email", "push")
    opens = workspace.track_opens and message.channel == "email"
    return (
        {"tracked": {"key": links.ring().signs, "clicks": clicks, "opens": opens}} if clicks or opens else {}
    )


def counted(key: str, context: Mapping[str, Any]) -> dict[str, Any]:
    """What a job to render says of it, for the message with this key."""
    said = context.get("tracked")
    if not said:
        return {}
    number = said["key"]
    return {
        "counted": partial(links.click_urls, key, number) if said["clicks"] else None,
        "pixel": links.open_url(key, number) if said["opens"] else "",
    }
