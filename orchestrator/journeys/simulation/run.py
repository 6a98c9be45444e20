"""RUN: let the engine live a journey in the twins, on a clock that leaps from one tick with something to do to the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from orchestrator import outside, registry
from orchestrator.journeys.check import check
from orchestrator.journeys.launching import plan_launches
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import publish
from orchestrator.journeys.simulation.asked import Asked
from orchestrator.journeys.simulation.feed import Coming, Feed, as_it_came
from orchestrator.journeys.simulation.forecast import Forecast
from orchestrator.journeys.simulation.imagined import imagine
from orchestrator.journeys.simulation.measured import measure
from orchestrator.journeys.simulation.reacting import Reactions
from orchestrator.journeys.simulation.shares import EVERYBODY, Share
from orchestrator.journeys.simulation.start import begin
from orchestrator.journeys.simulation.tell import Told, tell
from orchestrator.journeys.simulation.twins import Twins, apart
from orchestrator.journeys.simulation.what_if import what_if
from orchestrator.journeys.timers import seed
from orchestrator.journeys.versions import version
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import work
from orchestrator.store import doorbells
from orchestrator.store.garbage import collect_rarely

Advance = Callable[[float], object]  # hears the share done, from 0 to 1
COUNTED_EVERY = 50  # ticks after which PostgreSQL counts the twins anew


def live_share(asked: Asked, share: Share = EVERYBODY, advance: Advance = lambda share: None) -> Told:
    """What would have happened to a share of the people. DefinitionError names what is wrong with the journey.

    For a process of its own: what it has published has numbers that no real version has, and whatever a process keeps by
    these numbers is of the simulation.
    """
    handed: list[str] = []
    with outside.silence(), apart() as twins, _imagining(handed), doorbells.heard() as rung:
        definition = check(asked.journey, asked.templates).definition
        rates = measure(definition, asked.begins) if asked.question == "forecast" else ()
        lived = _lived(definition.key, asked.beside)
        begin(twins, asked.begins, lived.values(), share)
        what_if(asked)
        feed = Feed(
            twins, asked, {definition.key, *lived}, _coming(twins, asked, {definition.key, *lived}), share
        )
        twins.shut()
        _publish(asked)
        twins.count()
        collect_rarely()
        _live(asked, feed, Reactions(asked, rates), handed, twins.count, advance)
        rung.clear()
        return tell(asked, definition.key, rates)


def _coming(twins: Twins, asked: Asked, lived: Collection[str]) -> Sequence[Coming]:
    if asked.question == "replay":
        return as_it_came(twins, lived)
    forecast = Forecast(twins, asked.begins, asked.ends - asked.begins)
    forecast.make()
    return forecast.coming(lived)


def _live(
    asked: Asked,
    feed: Feed,
    reactions: Reactions,
    handed: list[str],
    count: Callable[[], None],
    advance: Advance,
) -> None:
    now, ticks = asked.ceiling(asked.begins), 0
    while now <= asked.ends:
        feed.store(now)
        reactions.store(now)
        work(now)
        reactions.hear(handed)
        handed.clear()
        ticks += 1
        if ticks % COUNTED_EVERY == 0:
            count()
        advance((now - asked.begins) / (asked.ends - asked.begins))
        moments = [one for one in (feed.next(), reactions.next(), next_due()) if one is not None]
        if not moments:
            break
        now = max(asked.ceiling(min(moments)), now + asked.tick)
    advance(1.0)


def _publish(asked: Asked) -> None:
    """Publish it as of the beginning; also where nothing has changed, it begins now."""
    done = publish(asked.journey, asked.templates, asked.begins)
    row = Journey.objects.get(key=done.journey)
    if row.status != Journey.Status.LIVE:
        Journey.objects.filter(pk=row.pk).update(status=Journey.Status.LIVE)
    if done.unchanged:
        _begin_anew(row, asked.begins)
    for other in Journey.objects.filter(status=Journey.Status.LIVE).exclude(pk=row.pk):
        _begin_anew(other, asked.begins)


def _begin_anew(row: Journey, now: datetime) -> None:
    assert row.current_id is not None
    seed(version(row.current_id), now)
    plan_launches(version(row.current_id), now)


def _lived(key: str, beside: bool) -> dict[str, int]:
    """The journey itself where it is stored already, and the live ones that are lived beside it."""
    rows = Journey.objects.filter(key=key)
    if beside:
        rows = rows | Journey.objects.filter(status=Journey.Status.LIVE, current__isnull=False)
    return dict(rows.values_list("key", "id"))


@contextmanager
def _imagining(handed: list[str]) -> Iterator[None]:
    real = registry.current()
    registry.reset(imagine(real, handed))
    try:
        yield
    finally:
        registry.reset(real)
