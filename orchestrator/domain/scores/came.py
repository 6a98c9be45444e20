"""CAME: by which campaign or site somebody first and last came, and on what device, as events say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 60  # letters of a source that are kept


@dataclass(frozen=True, slots=True)
class Came:
    """The first and the last source that is known, and the last device; "" for what is not."""

    first_source: str = ""
    last_source: str = ""
    device: str = ""


def came(events: Iterable[Mapping[str, Any]]) -> Came:
    """Of the properties of somebody's visits, oldest first."""
    first = last = device = ""
    for one in events:
        last = source_of(one) or last
        first, device = first or last, text(one.get("device")).lower() or device
    return Came(first, last, device)


def source_of(properties: Mapping[str, Any]) -> str:
    """`utm_source` of a visit, in small letters."""
    return text(properties.get("utm_source")).lower()


def text(value: Any) -> str:
    """A text as it is kept: short, and without what no database keeps."""
    return value.replace("\0", "").strip()[:LONGEST] if isinstance(value, str) else ""
