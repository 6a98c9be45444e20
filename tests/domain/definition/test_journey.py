"""A whole journey: what is read from it, the walk through it, and the names it uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from pathlib import Path as File
from typing import Any, ClassVar

import pytest

from orchestrator.domain.definition import Definition, DefinitionError, Mention, from_plain, parse
from orchestrator.domain.definition.comparisons import Comparison
from orchestrator.domain.definition.entries import (
    DateTrigger,
    EventTrigger,
    Goal,
    InactiveTrigger,
    MilestoneTrigger,
    Reentry,
    Trigger,
)
from orchestrator.domain.definition.rules import AllOf, AttributeIs, Consented, Happened, InSegment, Not
from orchestrator.domain.durations import Duration, Unit
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS
from orchestrator.sdk import Continue, Outcome, Path, Reference, StepFacts, StepKind, StepParams

KINDS: dict[str, StepKind[Any]] = {kind.name: kind for kind in STEP_KINDS}
TEXT = (File(__file__).parent / "reactivation.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reactivation() -> Definition:
    return parse(yaml.read(TEXT, "reactivation.yaml"), KINDS, file="reactivation.yaml")


def small(entry: Any, **fields: Any) -> Definition:
    plain = {"journey": "small", "entry": entry, "steps": [{"exit": "done"}], **fields}
    return parse(from_plain(plain), KINDS)


def test_the_head_of_a_journey(reactivation: Definition):
    assert reactivation.key == "reactivation"
    assert reactivation.title_in("pl") == "Odzyskaj cichych klientów"
    assert reactivation.title_in("de") == "Win back quiet customers"
    assert (reactivation.brand, reactivation.purpose, reactivation.topic) == ("", "marketing", "club")
    assert (reactivation.priority, reactivation.on_cap, reactivation.holdout) == (40, "hold", 1000)
    assert reactivation.expires == Duration(72, Unit.HOUR)
    assert reactivation.goal == Goal("order.placed", (), Duration(14, Unit.DAY))
    assert reactivation.exit_when == (Happened("account.closed", since_entry=True),)


def test_the_door_of_a_journey(reactivation: Definition):
    entry = reactivation.entry
    assert entry.triggers == (InactiveTrigger("order.placed", Duration(90, Unit.DAY)),)
    assert entry.only_if == AllOf((Consented("email"), Not(InSegment("vip"))))
    assert entry.again == Reentry("after", Duration(180, Unit.DAY))
    assert str(entry.again) == "after 180 days"
    assert entry.grace is None
    assert entry.sentence() == (
        "when order.placed has not happened for 90 days, "
        "if consented to marketing by email and not (is in segment vip)"
    )


def test_how_late_is_too_late():
    assert small({"event": "order.placed"}, catch_up="skip after 2 days").catch_up == Duration(2, Unit.DAY)
    assert small({"event": "order.placed"}, catch_up="send").catch_up is None


def test_what_is_not_written_has_its_default():
    journey = small({"event": "order.placed"}, purpose="transactional")
    assert journey.expires == Duration(1, Unit.HOUR)
    assert (journey.priority, journey.on_cap, journey.holdout, journey.brand) == (50, "hold", 0, "")
    assert journey.catch_up is None
    assert journey.title_in("en") == "small"
    assert journey.entry.again == Reentry("after_exit")
    assert (journey.goal, journey.exit_when, journey.entry.only_if) == (None, (), None)


def test_the_walk_through_a_journey(reactivation: Definition):
    walk = {step_id: reactivation.successor(step_id) for step_id in reactivation.step_ids()}
    assert reactivation.first == "hello"
    assert walk == {
        "hello": "wait_until",
        "wait_until": "choose",
        "send_picked_for_you": "choose",
        "send_nudge": "choose",
        "choose": "split",
        "wait_2_days": "split",
        "split": None,
        "send_gift": None,
        "send_discount": None,
    }
    assert reactivation.arm_first("wait_until", "otherwise") == "send_nudge"
    assert reactivation.arm_first("choose", "1") == "wait_2_days"
    assert reactivation.arm_first("choose", "otherwise") is None
    assert reactivation.arm_first("split", "discount") == "send_discount"
    assert reactivation.step("send_nudge").line == 23
    assert reactivation.step("send_nudge").path == ("steps", 1, "otherwise", 0)
    assert "hello" in reactivation
    assert "goodbye" not in reactivation


def test_ids_that_are_missing_are_made_up_and_named(reactivation: Definition):
    assert reactivation.missing_ids == tuple(name for name in reactivation.step_ids() if name != "hello")


def test_made_up_ids_keep_clear_of_written_ones():
    steps = [{"send": "a"}, {"send": "a"}, {"exit": "x", "id": "send_a"}, {"send": "a"}]
    journey = parse(from_plain({"journey": "j", "entry": {"event": "a.b"}, "steps": steps}), KINDS)
    assert journey.step_ids() == ("send_a_2", "send_a_3", "send_a", "send_a_4")


def test_the_rules_a_step_asks(reactivation: Definition):
    tier = AttributeIs(Comparison("loyalty_tier", "in", ("gold", "platinum")))
    assert reactivation.rule("choose", "1") == tier
    assert reactivation.step("wait_until").rules == {}
    with pytest.raises(KeyError):
        reactivation.rule("choose", "2")


def test_the_names_a_journey_uses_and_where(reactivation: Definition):
    found = [(each.kind, each.name, each.step, each.line) for each in reactivation.references()]
    assert found == [
        ("topic", "club", "", 4),
        ("segment", "vip", "", 8),
        ("template", "we_miss_you", "hello", 14),
        ("channel", "email", "hello", 15),
        ("template", "picked_for_you", "send_picked_for_you", 20),
        ("channel", "email", "send_picked_for_you", 21),
        ("template", "nudge", "send_nudge", 23),
        ("channel", "sms", "send_nudge", 24),
        ("channel", "push", "send_nudge", 24),
        ("template", "gift", "send_gift", 29),
        ("channel", "email", "send_gift", 29),
        ("template", "discount", "send_discount", 30),
        ("channel", "email", "send_discount", 30),
    ]


def test_a_journey_named_in_a_rule_is_among_the_names():
    entry = {"event": "a.b", "only_if": {"not": {"received": {"journey": "other"}}}}
    mention = Mention("journey", "other", "", path=("entry", "only_if"))
    assert small(entry).references() == [mention]


def test_a_stored_definition_is_the_same_journey(reactivation: Definition):
    stored = parse(from_plain(yaml.read(TEXT).plain()), KINDS)
    assert stored.step_ids() == reactivation.step_ids()
    assert [stored.step(name).params for name in stored.step_ids()] == [
        reactivation.step(name).params for name in reactivation.step_ids()
    ]
    assert (stored.entry, stored.goal, stored.exit_when) == (
        reactivation.entry,
        reactivation.goal,
        reactivation.exit_when,
    )


@pytest.mark.parametrize(
    ("written", "trigger", "sentence"),
    [
        ({"event": "a.b"}, EventTrigger("a.b"), "when a.b happens"),
        (
            {"event": {"name": "a.b", "where": {"channel": "web"}}},
            EventTrigger("a.b", (Comparison("channel", "is", "web"),)),
            "when a.b happens with channel is web",
        ),
        (
            {"milestone": {"event": "order.placed", "count": [1, 5]}},
            MilestoneTrigger("order.placed", "count", (1, 5), "order"),
            "at 1, 5 times order.placed",
        ),
        (
            {"milestone": {"event": "order.placed", "sum": [100, 250.5]}},
            MilestoneTrigger("order.placed", "sum", (100, 250.5), "spent"),
            "at 100, 250.5 spent by order.placed",
        ),
        (
            {"date": {"attribute": "birthday", "at": "08:30", "leap": "mar1", "offset": "-1 week"}},
            DateTrigger("birthday", "", time(8, 30), "birthday", "mar1", -7),
            "every year 7 days before birthday at 08:30",
        ),
        (
            {"date": {"anniversary_of": "order.placed", "as": "first_order"}},
            DateTrigger("", "order.placed", time(9), "first_order"),
            "every year on the anniversary of the first order.placed at 09:00",
        ),
    ],
)
def test_each_way_in(written: dict[str, Any], trigger: Trigger, sentence: str):
    entry = small(written).entry
    assert entry.triggers == (trigger,)
    assert entry.sentence() == sentence


def test_several_ways_in_and_the_keys_they_give():
    ways = [
        {"milestone": {"event": "order.placed", "count": [1, 5]}},
        {"milestone": {"event": "order.placed", "sum": [99.5, 1_000_000]}},
        {"date": {"attribute": "birthday"}},
        {"event": "club.joined"},
    ]
    entry = small({"any_of": ways}).entry
    assert entry.names() == {
        *("order", "order_1", "order_5", "spent", "spent_99.5", "spent_1000000"),
        *("birthday", "club.joined"),
    }
    assert entry.again == Reentry("per_key")


@pytest.mark.parametrize(
    ("written", "again"),
    [
        ("never", Reentry("never")),
        ("always", Reentry("always")),
        ("after exit", Reentry("after_exit")),
        ("after 2 months", Reentry("after", Duration(2, Unit.MONTH))),
        ("per cart_id", Reentry("per_property", property="cart_id")),
    ],
)
def test_when_people_may_enter_again(written: str, again: Reentry):
    entry = small({"event": "a.b", "again": written}).entry
    assert entry.again == again
    assert str(entry.again) == written


@pytest.mark.parametrize(("written", "points"), [("0%", 0), ("12.5%", 1250), ("0.25 %", 25), ("50%", 5000)])
def test_a_holdout_is_kept_in_basis_points(written: str, points: int):
    assert small({"event": "a.b"}, holdout=written).holdout == points


class CallParams(StepParams):
    url: str
    retries: int = 3


class Call(StepKind[CallParams]):
    """A plugin's step; what it is asked for after reading fails as `fails` says."""

    name: ClassVar[str] = "acme_call"
    head: ClassVar[str] = "url"
    Params: ClassVar[type[StepParams]] = CallParams
    fails: ClassVar[bool] = False

    def decide(self, params: CallParams, facts: StepFacts, now: datetime) -> Outcome:
        return Continue()

    def rules(self, params: CallParams) -> Mapping[str, Path]:
        if self.fails:
            raise RuntimeError("no")
        return {}

    def references(self, params: CallParams) -> Iterable[Reference]:
        yield Reference("server", params.url, ("url",))


class FailingCall(Call):
    fails = True


CALL = {"journey": "j", "entry": {"event": "a.b"}, "steps": [{"acme_call": "x", "id": "c"}]}


def test_a_step_of_a_plugin_is_read_like_any_other():
    journey = parse(from_plain(CALL), {**KINDS, "acme_call": Call()})
    assert journey.step("c").params == CallParams(url="x")
    assert journey.references() == [Mention("server", "x", "c", path=("steps", 0, "acme_call"))]


def test_a_plugin_that_fails_is_named_and_the_rest_is_still_read():
    plain = {**CALL, "steps": [*CALL["steps"], {"wait": "soon"}]}
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain(plain), {**KINDS, "acme_call": FailingCall()})
    assert [(problem.path, problem.what) for problem in caught.value.problems] == [
        (("steps", 0), "the step kind `acme_call` failed on this: RuntimeError"),
        (("steps", 1, "wait"), "`soon` is not a duration"),
    ]


def test_a_wrong_number_in_a_plugins_step_is_said_in_words():
    plain = {**CALL, "steps": [{"acme_call": "x", "retries": [1]}]}
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain(plain), {**KINDS, "acme_call": Call()})
    assert str(caught.value) == "definition: steps.0.retries: `retries` must be a whole number, not a list."
