"""PLUGGED: which plugins there are, which of them are on, what each registers, and what is wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from orchestrator import registry
from orchestrator.messaging.breakers import down
from orchestrator.registry import Registry

_KINDS = {
    "channel": "channels",
    "provider": "providers",
    "step": "steps",
    "condition": "conditions",
    "filter": "template filters",
    "recommender": "recommenders",
    "source": "sources",
}
_REGISTERING = "register_"


@dataclass(frozen=True, slots=True)
class Plugged:
    """One plugin. `package`: what it was installed with, "" if built in or not installed.

    `registers`: names by what they are ("providers of email"); `listens`: the other hooks it implements; `down`: providers of
    its that are left alone for now.
    """

    name: str
    state: str
    package: str
    registers: Mapping[str, Sequence[str]]
    listens: Sequence[str]
    wrong: str
    down: Sequence[str] = ()


def look() -> list[Plugged]:
    """Every plugin: the built-in first, then those that are on in their order, then those that are off.

    Raises PluginError where two register the same name: then nothing is on.
    """
    with _quiet():
        known = registry.current()
    installed, loaded = registry.found(), [name for name, _ in known.manager.list_name_plugin()]
    built_in = [name for name in loaded if name not in installed]
    on = [name for name in loaded if name in installed]
    missing = [name for name in known.failed if name not in loaded]
    off = sorted(set(installed) - set(on) - set(missing))
    return [
        *(_plugged(known, name, "built in", "") for name in built_in),
        *(_plugged(known, name, "on", _package(installed[name])) for name in on),
        *(_plugged(known, name, "on", _package(installed.get(name))) for name in missing),
        *(Plugged(name, "off", _package(installed[name]), {}, (), "") for name in off),
    ]


def _plugged(known: Registry, name: str, state: str, package: str) -> Plugged:
    plugin = known.manager.get_plugin(name)
    callers = known.manager.get_hookcallers(plugin) if plugin is not None else None
    hooks = [caller.name for caller in callers or ()]
    listens = tuple(sorted(hook for hook in hooks if not hook.startswith(_REGISTERING)))
    registers = _registers(known, name)
    mine = {one for kind, names in registers.items() if kind.startswith("providers of") for one in names}
    wrong, left_alone = known.failed.get(name, ""), tuple(f for one, f in _down().items() if one in mine)
    return Plugged(name, state, package, registers, listens, wrong, left_alone)


def _down() -> dict[str, str]:
    """Providers that are left alone, in words; nothing where there is no database to ask yet."""
    try:
        return {
            one.provider: f"{one.provider} since {_minute(one.since)}, tried again at {_minute(one.until)}: {one.fault}"
            for one in down()
        }
    except DatabaseError:
        return {}


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _registers(known: Registry, plugin: str) -> dict[str, list[str]]:
    answer: dict[str, list[str]] = {}
    for kind, title in _KINDS.items():
        for name in (name for (of, name), owner in known.owners.items() if (of, owner) == (kind, plugin)):
            place = f"providers of {known.providers[name].channel}" if kind == "provider" else title
            answer.setdefault(place, []).append(name)
    return answer


def _package(point: Any) -> str:
    distribution = getattr(point, "dist", None)
    return f"{distribution.name} {distribution.version}" if distribution is not None else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """What the registry would log with a traceback is told in words here."""
    log = logging.getLogger(registry.__name__)
    before, log.disabled = log.disabled, True
    try:
        yield
    finally:
        log.disabled = before
