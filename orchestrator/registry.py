"""What is plugged in: channels, providers, step kinds, conditions, filters, recommenders, sources.

A plugin that fails is named in `failed` and left out; the rest go on. Only a name given twice refuses to start,
since the journeys that use it could mean either.

Rooms below cannot import the rooms above them; what must reach upwards is registered here: `add_builtin` by an app's
`ready()`, and the loaders of facts that belong to a higher floor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.metadata import entry_points
from itertools import islice
from typing import Any

import pluggy

from orchestrator.domain.gate_facts import Passage
from orchestrator.domain.shapes import unusable
from orchestrator.guard import contained, where, within
from orchestrator.leavings import put_right
from orchestrator.sdk import hookspecs
from orchestrator.sdk.conditions import ConditionKind
from orchestrator.sdk.errors import PluginError
from orchestrator.sdk.providers import Channel, Provider
from orchestrator.sdk.recommenders import Recommender
from orchestrator.sdk.sources import Source
from orchestrator.sdk.steps import StepKind

log = logging.getLogger(__name__)
MAILBOX = "mailbox"
LONGEST_HOOK = 10.0  # seconds that one plugin may take for one call of a hook
MOST_ANSWERS = 10_000  # that one call may answer


@dataclass
class Registry:
    """All that is plugged in, by name. `failed`: plugin -> what went wrong with it."""

    manager: pluggy.PluginManager
    channels: dict[str, Channel] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    steps: dict[str, StepKind[Any]] = field(default_factory=dict)
    conditions: dict[str, ConditionKind] = field(default_factory=dict)
    filters: dict[str, Callable[..., Any]] = field(default_factory=dict)
    recommenders: dict[str, Recommender] = field(default_factory=dict)
    sources: dict[str, Source] = field(default_factory=dict)
    owners: dict[tuple[str, str], str] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def hook_each(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any, BaseException | None]]:
        """Call a hook plugin by plugin: (plugin, answer, error). One plugin's error does not keep it from the others.

        A generator's answer is read here, so that what it raises is its plugin's error; in a process's main thread,
        where workers run, a plugin that does not come back is stopped.
        """
        everyone = self.manager.get_plugins()
        for plugin in self._ordered(hook):
            caller = self.manager.subset_hook_caller(hook, everyone - {plugin})
            name = self.manager.get_name(plugin) or repr(plugin)
            try:
                with put_right(name):
                    answer = within(LONGEST_HOOK, partial(_called, caller, arguments))
            except BaseException as error:
                if not contained(error):
                    raise
                log.error("plugin %s failed in %s: %s", name, hook, where(error))
                yield name, None, error
            else:
                yield name, answer, None

    def _ordered(self, hook: str) -> list[Any]:
        """The plugins that implement a hook, in the order of their registration: configuration reads top down."""
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        return [implementation.plugin for implementation in implementations]

    def providers_of(self, channel: str) -> list[str]:
        """Names of the channel's providers, in the order their plugins were switched on; mailboxes last."""
        names = [name for name, provider in self.providers.items() if provider.channel == channel]
        return sorted(names, key=lambda name: name.startswith(MAILBOX))

    def choose_provider(self, channel: str, failing: frozenset[str] = frozenset()) -> str | None:
        """The provider for a channel: a plugin's choice, else the first that is not failing; None if there is none.

        A mailbox delivers to nobody: it never takes over from a provider that is down.
        """
        candidates = tuple(self.providers_of(channel))
        for name, answer, _ in self.hook_each(
            "choose_provider", channel=channel, candidates=candidates, failing=failing
        ):
            if isinstance(answer, str) and answer in candidates:
                return answer
            if answer is not None:
                log.error(
                    "plugin %s chose %r for %s, which is none of %s", name, answer, channel, list(candidates)
                )
        real = tuple(name for name in candidates if not name.startswith(MAILBOX))
        return next((name for name in real or candidates if name not in failing), None)


def _called(caller: Callable[..., Any], arguments: Mapping[str, Any]) -> Any:
    """One plugin's answer out of pluggy's list of them; a generator's as a list."""
    answers = caller(**arguments)
    answer = answers[0] if isinstance(answers, list) and answers else answers
    if not isinstance(answer, Iterator):
        return answer
    read = list(islice(answer, MOST_ANSWERS + 1))
    if len(read) > MOST_ANSWERS:
        raise ValueError(f"its answer has no end, or more than {MOST_ANSWERS} things")
    return read


_builtins: dict[str, object] = {}
_current: Registry | None = None

# Fact loaders of higher floors: the gate asks them what it cannot know. Each takes (claimed messages, now) and
# answers a domain Passage by message id.
PassageLoader = Callable[[Sequence[Any], datetime], Mapping[int, Passage]]
passage_loaders: list[PassageLoader] = []
# The same in short, for what has passed the gate and has not left: those of these messages that somebody has stopped.
StopLoader = Callable[[Sequence[Any]], frozenset[int]]
stop_loaders: list[StopLoader] = []


def add_builtin(name: str, plugin: object) -> None:
    """Register a room's own implementations; they come through the same hooks as anyone's."""
    _builtins[name] = plugin


def current() -> Registry:
    """The registry of this process, loaded on first use from the settings."""
    global _current
    if _current is None:
        from django.conf import settings

        _current = load(settings.ORCHESTRATOR_PLUGINS)
    return _current


def reset(registry: Registry | None = None) -> None:
    """Use another registry from now on (tests), or load again on next use."""
    global _current
    _current = registry


def found() -> dict[str, Any]:
    """Every installed plugin by name, whether or not it is switched on."""
    return {point.name: point for point in entry_points(group=hookspecs.ENTRY_POINTS)}


def load(enabled: Sequence[str], extra: Mapping[str, object] | None = None) -> Registry:
    """Load the built-in plugins, those of `enabled` that are installed, and `extra` objects by name."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    registry = Registry(manager)
    for name, plugin in {**_builtins, **(extra or {})}.items():
        manager.register(plugin, name)
    installed = found()
    for name in enabled:
        _load_installed(registry, installed, name)
    _collect(registry)
    return registry


def _load_installed(registry: Registry, installed: Mapping[str, Any], name: str) -> None:
    if registry.manager.has_plugin(name):
        return
    if name not in installed:
        registry.failed[name] = "is switched on in ORCHESTRATOR_PLUGINS but not installed"
        log.error("plugin %s %s", name, registry.failed[name])
        return
    try:
        registry.manager.register(installed[name].load(), name)
    except BaseException as error:
        if not contained(error):
            raise
        # A plugin that pluggy refuses in mid-registration would still be half heard.
        if registry.manager.has_plugin(name):
            registry.manager.unregister(name=name)
        registry.failed[name] = f"{type(error).__name__}: {error}"
        log.exception("plugin %s could not be loaded", name)


def _collect(registry: Registry) -> None:
    for kind, hook, target in (
        ("channel", "register_channels", registry.channels),
        ("provider", "register_providers", registry.providers),
        ("step", "register_steps", registry.steps),
        ("condition", "register_conditions", registry.conditions),
        ("filter", "register_template_filters", registry.filters),
        ("recommender", "register_recommenders", registry.recommenders),
        ("source", "register_sources", registry.sources),
    ):
        for name, answer, error in registry.hook_each(hook):
            if error is not None:
                registry.failed[name] = f"{hook}: {error}"
            elif answer is not None:
                pairs = _pairs(answer)
                if pairs is None:
                    registry.failed[name] = (
                        f"{hook}: its answer is no list of things with names, nor names with things"
                    )
                    log.error("plugin %s: %s", name, registry.failed[name])
                else:
                    _take(registry, kind, name, pairs, target)
                    _blame(registry, kind, hook, name, pairs, target)


def _blame(
    registry: Registry,
    kind: str,
    hook: str,
    plugin: str,
    pairs: Sequence[tuple[str, Any]],
    target: dict[str, Any],
) -> None:
    """Leave out what lacks what its kind is used for, and say so."""
    for key, thing in pairs:
        if lacking := unusable(kind, thing):
            del target[key], registry.owners[kind, key]
            registry.failed[plugin] = f"{hook}: {', '.join(lacking)} of “{key}” cannot be used"
            log.error("plugin %s: %s", plugin, registry.failed[plugin])


def _pairs(answer: Any) -> list[tuple[str, Any]] | None:
    """What a plugin registers, by name; None for an answer of another shape, of which nothing is taken."""
    if isinstance(answer, Mapping):
        pairs = list(answer.items())
    elif isinstance(answer, list | tuple):
        pairs = [(getattr(thing, "name", None), thing) for thing in answer]
    else:
        return None
    return pairs if all(isinstance(name, str) and name for name, _ in pairs) else None


def _take(
    registry: Registry, kind: str, plugin: str, pairs: Sequence[tuple[str, Any]], target: dict[str, Any]
) -> None:
    for key, thing in pairs:
        if key in target:
            other = registry.owners[kind, key]
            what, mend = (
                f"the {kind} “{key}” is registered by {other} and by {plugin}.",
                "Switch one of them off.",
            )
            if other == plugin:
                what, mend = f"it registers the {kind} “{key}” twice.", "Give one of the two another name."
            raise PluginError(plugin, what, mend)
        target[key] = thing
        registry.owners[kind, key] = plugin
