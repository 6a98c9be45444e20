"""LIVE: let a tale happen on a virtual clock that leaps from one moment with something to do to the next."""

from __future__ import annotations

import gc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

from orchestrator.demo.feed import Feed
from orchestrator.demo.groups import Groups
from orchestrator.demo.reactions import Reactions
from orchestrator.demo.tale import Tale
from orchestrator.domain.definition import DefinitionError
from orchestrator.journeys.folders import find_folders
from orchestrator.journeys.publish import publish
from orchestrator.journeys.together import check_together
from orchestrator.journeys.waiting import next_due
from orchestrator.journeys.work import work

# The clock stands still only at these: what falls between two of them happens at the later one, together.
TICK = timedelta(minutes=60)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def live(
    tale: Tale,
    reactions: Reactions | None,
    advance: Callable[[float], None],
    groups: Groups | None = None,
) -> None:
    """From the tale's history to its end, with the journeys published. `advance` hears the share done, from 0 to 1."""
    hurry()
    feed = Feed(tale)
    # The tale stays as long as we do: the collector need not look through it, again and again, for what to throw away.
    gc.freeze()
    now = ceiling(tale.begins)
    feed.store(tale.begins - timedelta(seconds=1))
    moment: datetime | None = now
    while moment is not None and moment <= tale.ends:
        now = moment
        feed.store(now)
        work(now)
        if groups is not None:
            groups.look(now)
        if reactions is not None:
            for act in reactions.to_new_messages(now):
                feed.add(act)
        advance((now - tale.begins) / (tale.ends - tale.begins))
        moment = _next(now, feed)
    if groups is not None:
        groups.end()
    advance(1.0)


def publish_all(now: datetime) -> list[str]:
    """Publish the journeys of `JOURNEYS_DIR`; their keys. DefinitionError names every problem."""
    folders = list(find_folders(settings.JOURNEYS_DIR))
    if not folders:
        raise ValueError(f"{settings.JOURNEYS_DIR} holds no journeys; JOURNEYS_DIR says where they are")
    together = check_together(folders)
    if together.wrong:
        raise DefinitionError([problem for _, problems in together.wrong for problem in problems])
    return [
        publish(folder.journey, folder.templates, now, beside=together.keys).journey
        for folder, _ in together.sound
    ]


def ceiling(moment: datetime) -> datetime:
    """The first tick that is not before the moment."""
    return moment + (-(moment - _EPOCH) % TICK)


_HASTE = ("synchronous=OFF", "journal_mode=MEMORY", "locking_mode=EXCLUSIVE", "cache_size=-400000")


def hurry() -> None:
    """Don't wait for the disk, nor share the file: a power cut would cost nothing but the demo. Until `calm`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for pragma in _HASTE:
                cursor.execute(f"PRAGMA {pragma}")
        else:
            cursor.execute("SET synchronous_commit TO off")


def calm() -> None:
    """The next connection is an ordinary one."""
    connection.close()


def _next(now: datetime, feed: Feed) -> datetime | None:
    moments = [moment for moment in (feed.next(), next_due()) if moment is not None]
    return max(ceiling(min(moments)), now + TICK) if moments else None
