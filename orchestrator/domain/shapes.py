"""SHAPES: whether what a plugin registers can be used, asked once, before anything depends on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import Any


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _size(value: Any) -> bool:
    return isinstance(value, int) and value > 0


def _span(value: Any) -> bool:
    return value is None or (isinstance(value, timedelta) and value > timedelta(0))


# What is read of a thing without asking whether it is there.
_NEEDS: dict[str, dict[str, Callable[[Any], bool]]] = {
    "channel": {"title": _text, "content": callable, "normalise": callable},
    "provider": {"channel": _text, "send": callable, "max_batch": _size, "idempotent": _span},
    "step": {"head": _text, "Params": callable, "decide": callable},
    "condition": {"expand": callable},
    "filter": {"__call__": callable},
    "recommender": {"recommend": callable},
    "source": {"title": _text, "secret": _text, "verify": callable, "read": callable, "files": callable},
}


def unusable(kind: str, thing: Any) -> list[str]:
    """Names of what a channel, provider, step, condition, filter, recommender or source lacks; empty if it can be used."""
    return [name for name, usable in _NEEDS[kind].items() if not _has(thing, name, usable)]


def _has(thing: Any, name: str, usable: Callable[[Any], bool]) -> bool:
    try:
        return usable(getattr(thing, name))
    except Exception:  # it is not there, or is a property, which may do anything
        return False


def is_ours(thing: object) -> bool:
    """Whether this is an object of our own package, which is trusted, not of a plugin."""
    return _is_our_module(type(thing).__module__)


@lru_cache(maxsize=1024)
def _is_our_module(name: str) -> bool:
    return name.partition(".")[0] == "orchestrator"
