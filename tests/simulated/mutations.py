"""Guards of the engine that can be taken out, one at a time: a simulation that finds nothing without them is blind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from orchestrator.consents import record
from orchestrator.domain import policy
from orchestrator.domain.outbox import Move, Settle, State
from orchestrator.journeys import work
from orchestrator.messaging import deliver, doubt, gate, look, parts, rescue, settle, verdicts
from orchestrator.store import bulk

Guard = Callable[[], AbstractContextManager[Any]]


@contextmanager
def without(guard: str) -> Iterator[None]:
    """Within, the engine lacks this guard; "" leaves it whole."""
    with GUARDS[guard]() if guard else nullcontext():
        yield


def _check(name: str) -> Guard:
    """A check of the gate that says nothing."""
    checks = tuple((one, (lambda *_: None) if one == name else check) for one, check in policy.CHECKS)
    return lambda: patch.object(policy, "CHECKS", checks)


def _facts_of_the_look() -> AbstractContextManager[Any]:
    """The gate believes what was loaded before the locks."""
    known: dict[int, Any] = {}

    def looked(messages: Any, now: Any, breakers: Any = None) -> Any:
        hopeful, loaded = look.look(messages, now, breakers)
        known.update(dict.fromkeys((one.id for one in messages), loaded))
        return hopeful, loaded

    def load(messages: Any, now: Any) -> Any:
        here = [known.get(one.id) for one in messages]
        return replace(here[0], facts={k: v for one in here for k, v in one.facts.items()})

    return _all(patch.object(deliver, "look", looked), patch.object(gate, "load", load))


def _unfenced() -> AbstractContextManager[Any]:
    """Verdicts and settlements find their rows by id alone, whoever holds them now."""

    def update(model: Any, columns: Any, rows: Any, *, match: Any = ("id",), where: str = "") -> list[int]:
        if "fence" in match:
            match, rows = ("id",), [(row[0], *row[2:]) for row in rows]
        return bulk.update(model, columns, rows, match=match, where=where)

    shim = SimpleNamespace(update=update, insert=bulk.insert)
    return _all(*(patch.object(module, "bulk", shim) for module in (settle, verdicts, doubt)))


def _naive_rescue() -> AbstractContextManager[Any]:
    """Whatever a dead worker held goes back to the queue as if nothing had left."""
    return patch.object(
        rescue, "_in_doubt", lambda one, now: Move(State.PLANNED, "", due_at=now, keeps_reservation=False)
    )


def _holds_forget_doubt() -> AbstractContextManager[Any]:
    """A message that may have left is held, or ended, as one that has not."""

    def forgetful(write: Callable[..., Any]) -> Callable[..., Any]:
        return lambda ones, *rest: write([replace(one, maybe_sent=False) for one in ones], *rest)

    names = ("_hold", "_end")
    return _all(*(patch.object(verdicts, name, forgetful(getattr(verdicts, name))) for name in names))


def _clock_of_the_claim() -> AbstractContextManager[Any]:
    """A turn has the time at which it began, however long it takes."""
    return patch.object(work, "deliver", lambda now, limit, clock: deliver.deliver(now, limit))


def _own_clock() -> AbstractContextManager[Any]:
    """What is said now has the time of the machine that hears it, whatever stands already."""
    return patch.object(
        record, "_said_at", lambda statement, state, before, now: statement.recorded_at or now
    )


def _all(*guards: AbstractContextManager[Any]) -> AbstractContextManager[Any]:
    @contextmanager
    def together() -> Iterator[None]:
        from contextlib import ExitStack

        with ExitStack() as stack:
            for one in guards:
                stack.enter_context(one)
            yield

    return together()


GUARDS: dict[str, Guard] = {
    **{name: _check(name) for name in ("consent", "passage", "quiet_hours", "frequency_caps")},
    "facts under the locks": _facts_of_the_look,
    "fences": _unfenced,
    "doubt after a crash": _naive_rescue,
    "doubt at a hold": _holds_forget_doubt,
    "doubt is cleared up": lambda: patch.object(deliver, "clear_up", lambda messages, *_: messages),
    "at most once": lambda: _all(
        *(patch.object(one, "wish", lambda purpose: Settle.AT_LEAST_ONCE) for one in (settle, rescue))
    ),
    "parts are noted": lambda: patch.object(parts, "_note", lambda told, going, clock: None),
    "five crashes": lambda: patch.object(rescue, "MAX_CRASHES", 99),
    "the gate's clock": _clock_of_the_claim,
    "said now comes last": _own_clock,
    "a refusal frees its slot": lambda: patch.object(settle, "settled", _keeping(settle.settled)),
}


def _keeping(settled: Callable[..., Move]) -> Callable[..., Move]:
    return lambda *given: replace(settled(*given), keeps_reservation=True)
