"""`manage.py move_in`: the files of a folder, each recognised by its header, in the right order, as often as one likes."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command

from orchestrator.customers.imports import run as running
from orchestrator.customers.imports.files import inspect, open_lines
from orchestrator.customers.imports.kinds import Item, Setting
from orchestrator.customers.imports.run import run
from orchestrator.customers.imports.table import Table
from orchestrator.customers.models import Customer
from orchestrator.domain.scores.favourites import HOURS, NEAR, hour
from orchestrator.events.models import Event
from orchestrator.messaging.models import FrequencyCap, PastMessage
from orchestrator.moving.columns import table
from orchestrator.moving.folder import look
from tests.moving import test_klaviyo as klaviyo
from tests.moving import test_mautic as mautic
from tests.moving import test_salesmanago as salesmanago
from tests.moving.conftest import Load
from tests.scenarios.journeys import one_send
from tests.scenarios.world import WARSAW, World

FILES = {
    "klaviyo": {
        "a-events.csv": klaviyo.EVENTS, "b-suppressed.csv": klaviyo.SUPPRESSED, "c-people.csv": klaviyo.PEOPLE,
    },
    "mautic": {
        "a-hits.csv": mautic.HITS, "b-stats.csv": mautic.EMAILS, "c-dnc.csv": mautic.DO_NOT_CONTACT,
        "d-contacts.csv": mautic.PEOPLE,
    },
    "salesmanago": {"a-zdarzenia.csv": salesmanago.EVENTS, "b-kontakty.csv": salesmanago.PEOPLE},
}  # fmt: skip
ORDER = {
    "klaviyo": ["klaviyo_people", "klaviyo_suppressed", "klaviyo_events"],
    "mautic": ["mautic_people", "mautic_do_not_contact", "mautic_emails", "mautic_hits"],
    "salesmanago": ["salesmanago_people", "salesmanago_events"],
}


def fill(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def move_in(system: str, folder: Path, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("move_in", system, str(folder), "--json", *options, stdout=out, stderr=io.StringIO())
    return dict(json.loads(out.getvalue()))


@pytest.mark.parametrize("system", FILES)
def test_every_file_is_known_by_its_header_and_people_come_first(
    world: World, tmp_path: Path, system: str
) -> None:
    said = move_in(system, fill(tmp_path, FILES[system]), "--dry-run")
    assert [one["kind"] for one in said["files"]] == ORDER[system]
    assert (said["left_out"], Customer.objects.count()) == ([], 0)
    stored = move_in(system, tmp_path)
    assert [one["kind"] for one in stored["files"]] == ORDER[system]
    before = klaviyo.everything()
    assert PastMessage.objects.exists()
    again = move_in(system, tmp_path)
    assert not any(one["counts"].get(name) for one in again["files"] for name in klaviyo.NEW)
    assert klaviyo.everything() == before


def test_a_file_of_one_metric_is_known_by_its_name(world: World, tmp_path: Path) -> None:
    rows = klaviyo.EVENTS.splitlines()
    bare = [line.split(",", 1)[1] for line in rows[:2]]
    fill(tmp_path, {"Received Email (3).csv": "\n".join(bare) + "\n", "people.csv": klaviyo.PEOPLE})
    move_in("klaviyo", tmp_path)
    assert PastMessage.objects.count() == 1


def test_what_is_no_export_is_left_out_and_said_so(world: World, tmp_path: Path) -> None:
    fill(tmp_path, {"people.csv": klaviyo.PEOPLE, "notes.txt": "remember the milk\n", "empty.csv": ""})
    said = move_in("klaviyo", tmp_path)
    assert [one["file"] for one in said["files"]] == ["people.csv"]
    assert [(one["file"], one["why"].split(" by its")[0]) for one in said["left_out"]] == [
        ("empty.csv", "empty.csv is empty"),
        ("notes.txt", "notes.txt is none of these"),
    ]


def test_it_says_which_rows_and_values_were_left_out(world: World, tmp_path: Path) -> None:
    people = klaviyo.PEOPLE.replace("+48600100200", "12").replace("UNSUBSCRIBED,2025", "MAYBE,2025")
    fill(tmp_path, {"people.csv": people})
    [told] = move_in("klaviyo", tmp_path)["files"]
    assert ([one["line"] for one in told["errors"]], [one["line"] for one in told["kept_out"]]) == ([4], [2])
    said = io.StringIO()
    call_command("move_in", "klaviyo", str(tmp_path), language="en", stdout=io.StringIO(), stderr=said)
    assert "  Rows left out:\n  line 4: consent_email is " in said.getvalue()
    assert "  Values kept out:\n  line 2: the phone number " in said.getvalue()


def test_without_a_folder_or_a_file_that_is_known_it_says_so(world: World, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="there is no folder"):
        move_in("klaviyo", tmp_path / "nowhere")
    with pytest.raises(CommandError, match=r"no file of .* is an export of klaviyo"):
        move_in("klaviyo", tmp_path)


@pytest.mark.parametrize("system", FILES)
def test_killed_in_the_middle_and_read_again_it_comes_to_the_same(
    world: World, tmp_path: Path, system: str
) -> None:
    known, _ = look(system, fill(tmp_path, FILES[system]))
    setting = Setting(world.now, WARSAW, "PLN")

    class Killed(Exception):
        pass

    def die(done: int) -> None:
        raise Killed

    for one in known:
        kind = replace(one.kind, chunk=1)
        with pytest.raises(Killed):
            run(kind, one.path, setting, die)  # after its first item
        items = list(_items(kind, one.path, setting))
        reader = kind.begin(_columns(kind, one.path), setting)
        for item in items[1:]:  # what begins behind the last line that was stored
            reader.store([item])
    resumed = klaviyo.everything()
    for one in known:
        outcome = run(one.kind, one.path, setting, lambda done: None)
        assert not any(outcome.counts[name] for name in klaviyo.NEW)
    assert klaviyo.everything() == resumed


def _columns(kind: Any, path: Path) -> Any:
    with open_lines(inspect(path)) as lines:
        return Table(lines, kind.aliases()).columns


def _items(kind: Any, path: Path, setting: Setting) -> Any:
    with open_lines(inspect(path)) as lines:
        table = Table(lines, kind.aliases())
        reader = kind.begin(table.columns, setting)
        yield from (one for one in running._items(reader, table) if isinstance(one, Item))


def test_on_the_first_day_the_caps_know_what_the_old_system_sent(world: World, load: Load) -> None:
    FrequencyCap.objects.all().delete()
    FrequencyCap.objects.create(name="three", limit=3, rolling="7 days")
    load("klaviyo_people", klaviyo.HEADER + klaviyo.ANNA)
    head, sent, *_ = klaviyo.EVENTS.splitlines()
    other = sent.replace("2026-03-01 10:00:00", "2026-02-27 10:00:00").replace(",e1,", ",e0,")
    assert load("klaviyo_events", f"{head}\n{sent}\n{other}\n").counts["past_messages"] == 2
    world.workspace(minimum_gap_minutes=0)
    anna = Customer.objects.get()
    for number in range(3):
        world.publish(one_send(f"n{number}"), **{f"n{number}": ""})
        world.event(anna.pk, f"n{number}.wanted")
    world.run(hours=24)
    assert len(world.mailbox()) == 1


def test_the_best_hour_is_the_one_that_the_histogram_of_the_export_says(world: World, load: Load) -> None:
    load("klaviyo_people", klaviyo.HEADER + klaviyo.ANNA)
    opened = [world.now - timedelta(days=day, hours=3 * (day % 2)) for day in range(1, 8)]
    rows = [f"Opened Email,{at.isoformat()},anna@example.com,,o{n}" for n, at in enumerate(opened)]
    machine = f"Opened Email,{(world.now - timedelta(days=9)).isoformat()},anna@example.com,,m,true"
    head = "Metric,Timestamp,Email,Klaviyo ID,Event ID,Machine Open"
    body = "\n".join([head, *(f"{row}," for row in rows), machine])
    load("klaviyo_events", body + "\n")
    answers = Event.objects.filter(name="message.opened").values_list("occurred_at", flat=True)
    weights = [0] * HOURS
    for at in opened:
        there = at.astimezone(ZoneInfo("Europe/Warsaw"))
        for step, weight in NEAR:
            weights[(there.weekday() * 24 + there.hour + step) % HOURS] += weight
    found = hour(list(answers), WARSAW)
    assert found is not None
    assert (found.hour, found.answers) == (weights.index(max(weights)), 7)
    assert Event.objects.filter(name="message.opened_by_machine").count() == 1


def test_nothing_that_moves_in_starts_a_journey_however_young_it_is(world: World, load: Load) -> None:
    world.publish(
        "journey: orders\nentry: {event: order.placed}\nsteps:\n  - send: thanks\n    id: t\n", thanks=""
    )
    world.publish(
        "journey: clicks\nentry: {event: message.clicked}\nsteps:\n  - send: more\n    id: m\n", more=""
    )
    load("klaviyo_people", klaviyo.PEOPLE)
    today = klaviyo.EVENTS.replace("2026-03-01", "2026-03-02").replace("2026-02-27", "2026-03-02")
    assert load("klaviyo_events", today).counts["events"] == 7
    world.run(days=3)
    assert (world.enrollments(), world.messages()) == ([], [])


def test_the_page_lists_the_columns_as_they_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "moving-in.md").read_text(encoding="utf-8")
    assert page.rstrip().endswith(table().rstrip())
