"""IMAGINED: providers that take every message and deliver none, under the names of the real ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from orchestrator.registry import Registry
from orchestrator.sdk.providers import BlockingProvider, Provider
from orchestrator.sdk.values import Accepted, Message, Result

OBSERVERS = frozenset(
    {"messages_settled", "enrollments_changed"}
)  # who would tell the world of what has not happened
BATCH = 500


class Imagined(BlockingProvider):
    """Accepts. Class I, so that nothing is noted between parts of a group."""

    max_batch = BATCH
    idempotent = timedelta(days=3650)
    threads = 0

    def __init__(self, real: Provider, handed: list[str]) -> None:
        self.name = real.name  # type: ignore[misc]
        self.channel = real.channel  # type: ignore[misc]
        self._handed = handed

    def send_blocking(self, messages: Sequence[Message]) -> Sequence[Result]:
        """Every message: its key is noted, and nothing else happens."""
        self._handed.extend(one.key for one in messages)
        return [Accepted(reference=f"imagined:{one.key}") for one in messages]


@dataclass
class Imagination(Registry):
    """What is plugged in, with imagined providers. Those who choose and review are asked; observers hear nothing."""

    def hook_each(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any, BaseException | None]]:
        """As the real one's, but for observers."""
        return iter(()) if hook in OBSERVERS else super().hook_each(hook, **arguments)


def imagine(real: Registry, handed: list[str]) -> Imagination:
    """The same channels, steps, conditions and filters; each provider replaced by one that only accepts.

    `handed`: the keys of messages they took, as they come.
    """
    return Imagination(
        manager=real.manager,
        channels=real.channels,
        providers={name: Imagined(one, handed) for name, one in real.providers.items()},
        steps=real.steps,
        conditions=real.conditions,
        filters=real.filters,
        recommenders=real.recommenders,
        owners=real.owners,
        failed=real.failed,
    )
