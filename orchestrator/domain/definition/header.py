"""The fields at the top of a journey file: its key, title, and how its messages are treated."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from orchestrator.domain import durations
from orchestrator.domain.definition.problems import shown
from orchestrator.domain.definition.reading import Spot, choice, duration, integer, key_of, lacks, percent
from orchestrator.domain.durations import Duration, Unit

EXPIRES = {"marketing": Duration(72, Unit.HOUR), "transactional": Duration(1, Unit.HOUR)}
MOST_HOLDOUT = 5000
LONGEST_TITLE = 200
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?", re.ASCII)


def read_header(spot: Spot, spots: dict[str, Spot]) -> dict[str, Any]:
    """The header as arguments of Definition; what was refused has its default, and a problem."""
    purpose = "marketing"
    if "purpose" in spots:
        purpose = choice(spots["purpose"], tuple(EXPIRES), "a purpose") or purpose
    missing = lacks(spot, spots, "journey", "a journey file")
    answer: dict[str, Any] = {
        "key": "" if missing else key_of(spots["journey"], "a journey's key") or "",
        "title": _title(spots["title"]) if "title" in spots else {},
        "brand": (key_of(spots["brand"], "a brand's key") if "brand" in spots else "") or "",
        "purpose": purpose,
        "topic": (key_of(spots["topic"], "a topic's key") if "topic" in spots else "") or "",
        "priority": integer(spots["priority"], 0, 100, "a priority") if "priority" in spots else 50,
        "expires": (duration(spots["expires"]) if "expires" in spots else None) or EXPIRES[purpose],
        "on_cap": (
            choice(spots["on_cap"], ("hold", "skip", "fallback"), "`on_cap`") if "on_cap" in spots else ""
        )
        or "hold",
        "catch_up": _catch_up(spots["catch_up"]) if "catch_up" in spots else None,
        "holdout": _holdout(spots["holdout"]) if "holdout" in spots else 0,
    }
    return answer


def _title(spot: Spot) -> dict[str, str]:
    """A text, or texts by language."""
    if not isinstance(spot.node.value, dict):
        return {"": _text(spot)}
    answer = {}
    for language in spot.node.value:
        inner = spot.child(language)
        if inner is None or not _LANGUAGE.fullmatch(language):
            what = f"{shown(language)} is not a language"
            (inner or spot).refuse("bad_language", what, "Write its two letters, like `pl`.", key=True)
        else:
            answer[language] = _text(inner)
    return answer


def _text(spot: Spot) -> str:
    value = spot.node.value
    if not isinstance(value, str) or not value.strip():
        spot.refuse("bad_title", f"a title must be text, not {shown(value)}", "Put it in quotes.")
        return ""
    if len(value) > LONGEST_TITLE:
        spot.refuse(
            "bad_title", f"a title may have {LONGEST_TITLE} signs, and this has {len(value)}", "Shorten it."
        )
    hidden = [sign for sign in value if unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign != "\u200d"]
    if hidden:
        what = f"a title holds the invisible sign U+{ord(hidden[0]):04X}"
        spot.refuse("hidden_sign", what, "Delete it: it can make text read otherwise than it is.")
    return value


def _catch_up(spot: Spot) -> Duration | None:
    """`send`: however late, None; `skip after 2 days`: the time after which a message is left out."""
    value = spot.node.value
    if value == "send":
        return None
    words = value.split(maxsplit=2) if isinstance(value, str) else []
    if len(words) == 3 and words[:2] == ["skip", "after"]:
        try:
            return durations.parse(words[2])
        except ValueError:
            pass
    what = f"{shown(value)} cannot be `catch_up`"
    spot.refuse("bad_catch_up", what, "Write `send`, or how late is too late: `skip after 2 days`.")
    return None


def _holdout(spot: Spot) -> int:
    points = percent(spot.node.value)
    if points is None or points > MOST_HOLDOUT:
        what = f"{shown(spot.node.value)} cannot be a holdout"
        spot.refuse("bad_holdout", what, "Write it like `10%`, from `0%` to `50%`.")
        return 0
    return points
