"""One plugin, all eleven hooks: found by its entry point, switched on, used by a journey, and called with what is true."""

from __future__ import annotations

import importlib
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pluggy import PluginManager

from orchestrator import registry
from orchestrator.customers.models import Address
from orchestrator.journeys.models import Enrollment, StepRun
from orchestrator.loyalty.models import PointsEntry
from orchestrator.messaging.content.render import InProcessRenderer
from orchestrator.messaging.models import Message
from orchestrator.sdk import EmailContent, EnrollmentChange, MessageOutcome, hookspecs
from tests.environment import ROOT
from tests.scenarios.journeys import with_steps
from tests.scenarios.world import MONDAY_NOON, World

FOLDER = ROOT / "tests" / "dummy_plugin"
STEPS = """
- dummy_pause: 3
  id: rest
  skip: {dummy_regular: 5}
- send: forbidden
  via: [email]
  id: forbidden
- send: hello
  via: [pager, email]
  id: hello
"""
HELLO = 'email:\n  en: {subject: "{{ customer.first_name | dummy_backwards }}", text: "hello", html: "<p>hello</p>"}\n'
WANTED = "{event: trip.wanted, only_if: {dummy_regular: 2}}"


@pytest.fixture
def dummy(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Any:
    """The plugin as pip leaves it: its module on the path, and its metadata with the entry point."""
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    metadata = tmp_path / "dummy_plugin-1.0.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0.0\n")
    points = project["entry-points"][hookspecs.ENTRY_POINTS].items()
    lines = [f"[{hookspecs.ENTRY_POINTS}]", *(f"{name} = {module}" for name, module in points)]
    (metadata / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.syspath_prepend(str(tmp_path))
    settings.DELIVERY_ALLOWLIST = ["*"]
    settings.ORCHESTRATOR_PLUGINS = ["dummy_plugin"]
    registry.reset()
    filters = registry.current().filters
    monkeypatch.setattr("orchestrator.messaging.compose.renderer", lambda: InProcessRenderer(filters))
    module = importlib.import_module("dummy_plugin")
    module.SEEN.clear()
    return module


def called(dummy: Any, hook: str) -> list[Any]:
    """With what a hook was called, call by call."""
    return [what for name, what in dummy.SEEN if name == hook]


@pytest.fixture
def anna(world: World, dummy: Any, django_capture_on_commit_callbacks: Any) -> int:
    """Anna, who ordered twice, wants a trip; so does Jan, who never ordered. Two days pass."""
    world.publish(with_steps("trip", STEPS, entry=WANTED), hello=HELLO, forbidden="")
    anna = world.person("anna", addresses={"email": "anna@example.com", "pager": " p-7 "})
    jan = world.person("jan", addresses={"email": "jan@example.com"})
    for _ in range(2):
        world.event(anna, "order.placed", "10")
    for person in (anna, jan):
        world.event(person, "trip.wanted")
    with django_capture_on_commit_callbacks(execute=True):
        world.run(days=2)
    return anna


def test_it_is_found_by_its_entry_point_and_brings_what_it_says(dummy: Any) -> None:
    known = registry.current()
    assert known.failed == {}
    assert "dummy_plugin" in registry.found()
    mine = {key for key, owner in known.owners.items() if owner == "dummy_plugin"}
    assert mine == {
        ("channel", "pager"),
        ("provider", "dummy_mail"),
        ("provider", "dummy_spare"),
        ("provider", "dummy_pager"),
        ("step", "dummy_pause"),
        ("condition", "dummy_regular"),
        ("filter", "dummy_backwards"),
        ("recommender", "dummy_newest"),
        ("source", "dummy_shop"),
    }
    assert known.recommenders["dummy_newest"].recommend([{}, {}], 1, MONDAY_NOON) == [["new-2"], ["new-2"]]


def test_it_uses_every_hook_there_is(dummy: Any) -> None:
    manager = PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(dummy)
    hooks = {caller.name for caller in manager.get_hookcallers(dummy) or ()}
    assert hooks == {
        name for name in vars(hookspecs) if hasattr(getattr(hookspecs, name), f"{hookspecs.PROJECT}_spec")
    }
    assert len(hooks) == 11


def test_its_step_condition_filter_and_channel_work_in_a_journey(world: World, dummy: Any, anna: int) -> None:
    assert world.enrollments() == [("", "completed", "")]
    assert Enrollment.objects.get().customer_id == anna
    (run,) = StepRun.objects.filter(step="rest").values_list("outcome", "entered_at", "left_at", "evidence")
    assert run[0] == "done"
    assert run[2] - run[1] == timedelta(hours=3)
    assert run[3] == {"rules": {"order.placed happened at least 5 times": False}}
    assert list(PointsEntry.objects.values_list("customer_id", "points", "why")) == [(anna, 3, "patience")]
    assert world.sent() == [("Mon 16:00", "hello")]
    assert Message.objects.get(step="hello").provider == "dummy_spare"
    assert Address.objects.get(channel="pager").value == "P7"
    ((recipient, content),) = called(dummy, "send dummy_spare")[0]
    assert recipient == "anna@example.com"
    assert isinstance(content, EmailContent)
    assert (content.subject, content.text.splitlines()[0]) == ("annA", "hello")
    assert called(dummy, "send dummy_mail") == called(dummy, "send dummy_pager") == []


def test_it_is_asked_which_provider_and_whether_a_message_may_leave(
    world: World, dummy: Any, anna: int
) -> None:
    three_later = MONDAY_NOON + timedelta(hours=3)
    candidates = ("dummy_mail", "dummy_spare", "mailbox_email")
    assert called(dummy, "choose_provider") == [("email", candidates, frozenset())] * 2
    reviewed = called(dummy, "review_messages")
    assert [recipients for recipients, _ in reviewed] == [["anna@example.com"]] * 2
    assert [now for _, now in reviewed] == [three_later, three_later]
    assert world.messages() == [("forbidden", "skipped", "vetoed"), ("hello", "accepted", "accepted")]
    assert world.decisions("forbidden") == [("skip", "vetoed")]


def test_it_is_told_what_became_of_messages_and_passages(world: World, dummy: Any, anna: int) -> None:
    message, enrollment = Message.objects.get(step="hello"), Enrollment.objects.get()
    assert called(dummy, "messages_settled") == [
        [
            MessageOutcome(
                key=message.key,
                channel="email",
                provider="dummy_spare",
                state="accepted",
                reason="accepted",
                journey="trip",
                step="hello",
                settled_at=message.final_at,  # type: ignore[arg-type]
            )
        ]
    ]
    assert called(dummy, "enrollments_changed") == [
        [EnrollmentChange(enrollment.id, "trip", 1, "active", "", MONDAY_NOON)],
        [EnrollmentChange(enrollment.id, "trip", 1, "completed", "", enrollment.finished_at)],  # type: ignore[arg-type]
    ]


def test_its_parts_keep_the_contract(dummy: Any) -> None:
    from orchestrator.sdk.testing import (
        ConditionContract,
        FilterContract,
        RecommenderContract,
        StepContract,
        conformance,
    )

    pause = {
        "make_step": lambda self: dummy.Pause(),
        "examples": ({"dummy_pause": 3}, {"dummy_pause": 5, "skip": {"dummy_regular": 2}}),
    }
    regular = {"make_condition": lambda self: dummy.Regular(), "examples": (2,), "refused": (0, "often")}
    backwards = {
        "make_filter": lambda self: dummy.backwards,
        "name": "dummy_backwards",
        "examples": ((("Anna",), "annA"),),
    }
    newest = {"make_recommender": lambda self: dummy.Newest(), "customers": ({}, {"first_name": "Anna"})}
    for contract, written in (
        (StepContract, pause),
        (ConditionContract, regular),
        (FilterContract, backwards),
        (RecommenderContract, newest),
    ):
        assert conformance(type("Dummy", (contract,), written)).broken == {}
