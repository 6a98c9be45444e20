"""A shop lives some weeks with the shipped journeys, and then the same weeks are simulated: both, message by message.

Run in an installation of its own as `python -m tests.journeys.simulation.lived PEOPLE WEEKS`; prints one JSON object.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db.models import F  # noqa: E402

from orchestrator.demo.feed import Feed  # noqa: E402
from orchestrator.demo.live import _next, ceiling, publish_all  # noqa: E402
from orchestrator.demo.orders import tell as tell_orders  # noqa: E402
from orchestrator.demo.shop import furnish, tell  # noqa: E402
from orchestrator.demo.tale import Tale  # noqa: E402
from orchestrator.domain.outside import Kind  # noqa: E402
from orchestrator.journeys.folders import find_folders  # noqa: E402
from orchestrator.journeys.simulation import run, together  # noqa: E402
from orchestrator.journeys.simulation.asked import Asked, ask  # noqa: E402
from orchestrator.journeys.simulation.shares import EVERYBODY, Share  # noqa: E402
from orchestrator.journeys.simulation.twins import NEW  # noqa: E402
from orchestrator.journeys.work import work  # noqa: E402
from orchestrator.messaging.models import Message  # noqa: E402
from orchestrator.webhooks.models import WebhookEndpoint  # noqa: E402

ENDS = datetime(2026, 6, 1, 12, tzinfo=UTC)


def live(tale: Tale) -> None:
    """The history is looked at first, as in a shop that has been there for long; then the journeys begin."""
    feed = Feed(tale)
    before = tale.begins - timedelta(seconds=1)
    feed.store(before)
    work(before)
    publish_all(tale.begins)
    now: datetime | None = ceiling(tale.begins)
    while now is not None and now <= tale.ends:
        feed.store(now)
        work(now)
        now = _next(now, feed)


def messages() -> list[list[Any]]:
    """Every message: to whom, of what, when it left or ended, and why."""
    columns = (
        "customer",
        "journey",
        "step",
        "visit",
        "channel",
        "state",
        "reason",
        "handed_off_at",
        "final_at",
    )
    rows = Message.objects.annotate(who=F("customer__external_id")).order_by(*columns, "id")
    return [[str(value) for value in row] for row in rows.values_list("who", *columns[1:])]


def tables() -> dict[str, int]:
    """How many rows each table holds."""
    from django.apps import apps

    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


def asked(tale: Tale, name: str) -> Asked:
    """A replay of a journey's weeks, with its fellows beside it."""
    folder = next(one for one in find_folders(settings.JOURNEYS_DIR) if one.path.name == name)
    return Asked(folder.journey, folder.templates, tale.begins, tale.ends, beside=True)


def simulated(question: Asked, share: Share = EVERYBODY) -> tuple[list[list[Any]], dict[str, Any]]:
    """The messages that it leads to, and what is told of them."""
    seen: list[list[Any]] = []
    telling = run.tell

    def listen(*told: Any) -> Any:
        seen.extend(messages())
        assert not Message.objects.filter(id__lt=NEW).exists()
        return telling(*told)

    run.tell = listen
    return seen, run.live_share(question, share).simulated.plain()


def of_share(people: int, weeks: int, number: int, of: int) -> None:
    """Of a shop that has lived: what a share of its people would have met with."""
    question = asked(tell(people, weeks, ENDS, seed=7), "reactivation")
    print(json.dumps(simulated(question, Share(number, of))[0]))


def in_processes(people: int, weeks: int, processes: int) -> None:
    """Of a shop that has lived: what is told when several processes simulate it."""
    question = asked(tell(people, weeks, ENDS, seed=7), "reactivation")
    done: list[float] = []
    told = together.simulate(question, done.append, processes)
    print(json.dumps({"told": told.plain(), "done": done}))


def forecast(people: int, weeks: int, processes: int) -> None:
    """Of a shop that has lived: what is told of the weeks to come."""
    question = asked(tell(people, weeks, ENDS, seed=7), "reactivation")
    days = (question.ends - question.begins).days
    found = ask("forecast", question.journey, question.templates, days, ENDS, beside=True)
    before = tables()
    told = together.simulate(found, processes=processes)
    print(json.dumps({"told": told.plain(), "unchanged": tables() == before}))


def main(people: int, weeks: int) -> None:
    """The sample shop's."""
    both(tell(people, weeks, ENDS, seed=7), "reactivation")


def of_orders(file: str) -> None:
    """Of a file of orders."""
    both(tell_orders(Path(file), ZoneInfo("Europe/Warsaw"), "USD", ENDS), "loyalty_milestones")


def both(tale: Tale, name: str) -> None:
    """Live, then simulate; another system is told of what is lived, and of nothing that is imagined."""
    furnish()
    WebhookEndpoint.objects.create(
        name="CRM", url="https://crm.example.com/", kinds=list(Kind), secret="s", created_at=tale.begins
    )
    live(tale)
    really, before = messages(), tables()
    replayed, told = simulated(asked(tale, name))
    print(
        json.dumps(
            {"really": really, "replayed": replayed, "told": told, "before": before, "after": tables()}
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
