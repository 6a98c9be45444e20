"""The built-in steps: what each decides, exactly, and what it says of itself."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from orchestrator.journeys.steps import STEP_KINDS, Choose, Exit, SendStep, Split, Wait, WaitUntil
from orchestrator.sdk import (
    ArrivedEvent,
    Awaited,
    Continue,
    Enter,
    Leave,
    Outcome,
    Park,
    Past,
    Reference,
    Send,
    StepFacts,
    StepKind,
    Tried,
)

WARSAW = ZoneInfo("Europe/Warsaw")
ARRIVED = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)


def facts(**more: Any) -> StepFacts:
    return StepFacts(**{"arrived_at": ARRIVED, "entered_at": ARRIVED, "zone": WARSAW, **more})


def decide(kind: StepKind[Any], params: dict[str, Any], now: datetime = ARRIVED, **more: Any) -> Outcome:
    return kind.decide(kind.Params.model_validate(params), facts(**more), now)


def sentence(kind: StepKind[Any], params: dict[str, Any]) -> str:
    return kind.sentence(kind.Params.model_validate(params))


def tried(channel: str, state: str, reason: str = "") -> Tried:
    return Tried(channel, state, reason, ARRIVED)


def test_the_built_in_kinds():
    assert [(kind.name, kind.head) for kind in STEP_KINDS] == [
        ("send", "template"),
        ("wait", "duration"),
        ("wait_until", "awaited"),
        ("wait_for_window", "window"),
        ("choose", "cases"),
        ("split", "variants"),
        ("repeat", "times"),
        ("update", "attributes"),
        ("award", "prize"),
        ("emit", "event"),
        ("call", "url"),
        ("start", "journey"),
        ("exit", "reason"),
    ]


ALL = {"template": "hi", "via": ["push", "sms", "email"]}


@pytest.mark.parametrize(
    ("reachable", "so_far", "outcome"),
    [
        ({"sms", "email"}, (), Send("sms", "hi")),
        ({"email", "push"}, (), Send("push", "hi")),
        (set(), (), Send("push", "hi")),
        ({"fax"}, (), Send("push", "hi")),
        ({"sms", "email"}, (tried("sms", "rejected", "blocked"),), Send("email", "hi")),
        ({"push", "sms"}, (tried("push", "skipped", "no_address"),), Send("sms", "hi")),
        ({"push", "sms"}, (tried("push", "skipped", "no_consent"),), Send("sms", "hi")),
        ({"push", "sms"}, (tried("push", "skipped", "suppressed"),), Send("sms", "hi")),
        ({"push", "sms"}, (tried("push", "failed"),), Send("sms", "hi")),
        ({"push", "sms"}, (tried("push", "render_failed", "missing"),), Send("sms", "hi")),
        ({"push", "sms"}, (tried("push", "accepted"),), Continue()),
        ({"push", "sms"}, (tried("push", "unknown"),), Continue()),
        ({"push", "sms"}, (tried("push", "ghost"),), Continue()),
        ({"sms"}, (tried("push", "failed"), tried("sms", "accepted")), Continue()),
        ({"sms"}, (tried("push", "skipped", "capped"),), Continue("not sent: push skipped (capped)")),
        ({"sms"}, (tried("push", "expired"),), Continue("not sent: push expired")),
        ({"sms"}, (tried("push", "cancelled", "goal"),), Continue("not sent: push cancelled (goal)")),
        ({"sms"}, (tried("push", "skipped", "vetoed"),), Continue("not sent: push skipped (vetoed)")),
        (set(), (tried("push", "skipped", "no_address"),), Continue("not sent: push skipped (no_address)")),
        (
            {"push", "sms"},
            (
                tried("push", "failed"),
                tried("sms", "render_failed", "x"),
                tried("email", "skipped", "suppressed"),
            ),
            Continue("not sent: push failed; SMS render failed (x); email skipped (suppressed)"),
        ),
    ],
)
def test_send_takes_the_first_channel_that_reaches_and_falls_back_only_for_reasons_of_reach(
    reachable: set[str], so_far: tuple[Tried, ...], outcome: Outcome
):
    assert decide(SendStep(), ALL, reachable=frozenset(reachable), tried=so_far) == outcome


def test_send_by_default_is_an_email_and_carries_topic_and_priority():
    params = {"template": "hi", "topic": "club", "priority": 0}
    assert decide(SendStep(), params, reachable=frozenset({"email"})) == Send("email", "hi", "club", 0)
    assert list(SendStep().references(SendStep.Params.model_validate(params))) == [
        Reference("template", "hi", ("template",)),
        Reference("channel", "email", ("via", 0)),
        Reference("topic", "club", ("topic",)),
    ]


def test_wait_counts_calendar_days_from_the_arrival():
    until = datetime(2026, 5, 6, 10, 0, tzinfo=UTC)
    wait = {"duration": "2 days"}
    assert decide(Wait(), wait) == Park(until)
    assert decide(Wait(), wait, until - timedelta(microseconds=1)) == Park(until)
    assert decide(Wait(), wait, until) == Continue()


def test_two_days_over_the_change_of_clocks_are_47_hours():
    arrived = datetime(2026, 3, 28, 11, 0, tzinfo=UTC)  # noon in Warsaw, the day before summer time
    days = decide(Wait(), {"duration": "2 days"}, arrived, arrived_at=arrived)
    hours = decide(Wait(), {"duration": "48 hours"}, arrived, arrived_at=arrived)
    assert days == Park(arrived + timedelta(hours=47))
    assert hours == Park(arrived + timedelta(hours=48))


@pytest.mark.parametrize(
    ("arrived", "until", "parked"),
    [
        (datetime(2026, 5, 4, 10, tzinfo=UTC), "09:00", datetime(2026, 5, 6, 7, tzinfo=UTC)),
        (datetime(2026, 5, 4, 7, tzinfo=UTC), "09:00", datetime(2026, 5, 5, 7, tzinfo=UTC)),
        (datetime(2026, 3, 27, 23, 30, tzinfo=UTC), "02:30", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 23, 23, 0, tzinfo=UTC), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=[
        "next morning",
        "that very minute",
        "02:30 falls into the gap: 03:30",
        "02:30 comes twice: the first",
    ],
)
def test_wait_until_an_hour_of_the_day(arrived: datetime, until: str, parked: datetime):
    assert decide(Wait(), {"duration": "1 day", "until": until}, arrived, arrived_at=arrived) == Park(parked)


def test_wait_a_month_from_the_31st_ends_on_the_last_day():
    arrived = datetime(2026, 1, 31, 9, tzinfo=UTC)
    parked = decide(Wait(), {"duration": "1 month"}, arrived, arrived_at=arrived)
    assert parked == Park(datetime(2026, 2, 28, 9, tzinfo=UTC))


CLICK = {
    "awaited": {"event": "message.clicked", "of": "hello", "where": {"n": {"above": 1}}},
    "at_most": "3 days",
}
DEADLINE = datetime(2026, 5, 7, 10, 0, tzinfo=UTC)


def clicked(at: datetime, name: str = "message.clicked", n: int = 2) -> ArrivedEvent:
    return ArrivedEvent(name, at, {"n": n, "enrollment": 7, "step": "hello"})


def test_wait_until_an_event_parks_for_it():
    awaited = Awaited("message.clicked", {"n": {"above": 1}}, "hello")
    assert decide(WaitUntil(), CLICK) == Park(DEADLINE, awaited=(awaited,))


@pytest.mark.parametrize(
    ("event", "now", "arm"),
    [
        (clicked(DEADLINE), DEADLINE + timedelta(minutes=1), "then"),
        (clicked(ARRIVED), ARRIVED, "then"),
        (clicked(DEADLINE + timedelta(microseconds=1)), DEADLINE + timedelta(minutes=1), "otherwise"),
        (clicked(ARRIVED, n=1), DEADLINE, "otherwise"),
        (clicked(ARRIVED, name="message.opened"), DEADLINE, "otherwise"),
        (None, DEADLINE, "otherwise"),
    ],
)
def test_an_event_wins_if_it_happened_by_the_deadline(event: ArrivedEvent | None, now: datetime, arm: str):
    events = () if event is None else (event,)
    because = event if arm == "then" else None
    assert decide(WaitUntil(), CLICK, now, events=events, enrollment=7) == Enter(arm, because=because)


def test_an_event_of_another_kind_leaves_the_wait_as_it_is():
    outcome = decide(WaitUntil(), CLICK, events=(clicked(ARRIVED, name="message.opened"),))
    assert isinstance(outcome, Park)
    assert outcome.until == DEADLINE


def test_an_event_about_the_message_of_another_passage_leaves_the_wait_as_it_is():
    assert decide(WaitUntil(), CLICK, events=(clicked(ARRIVED),), enrollment=8) == decide(WaitUntil(), CLICK)


def paid(hours: float, cart: object = 1) -> ArrivedEvent:
    return ArrivedEvent("cart.paid", ARRIVED + timedelta(hours=hours), {"cart_id": cart})


def seen(hours: float, cart: object = 1) -> ArrivedEvent:
    return ArrivedEvent("cart.seen", ARRIVED + timedelta(hours=hours), {"cart_id": cart})


KEYED = {"awaited": {"event": "cart.paid", "correlate": "cart_id"}, "at_most": "3 hours"}


@pytest.mark.parametrize(
    ("entry", "cart", "fits"), [(1, 1, True), (1, 2, False), (1, None, False), (None, None, False)]
)
def test_a_keyed_wait_ends_by_the_event_about_the_same(entry: object, cart: object, fits: bool):
    event = paid(1, cart)
    outcome = decide(WaitUntil(), KEYED, event.occurred_at, events=(event,), entry={"cart_id": entry})
    assert outcome == (
        Enter("then", because=event) if fits else decide(WaitUntil(), KEYED, event.occurred_at)
    )


@pytest.mark.parametrize(
    ("resets", "hours"),
    [
        ([], 3),
        ([1], 4),
        ([1, 3.5], 6.5),
        ([3], 6),  # at the deadline itself
        ([3.1], 3),  # past it
        ([1, 4.5], 4),
        ([1, 3, 5, 7, 9], 10),  # never beyond the bound
        ([-0.5], 3),  # before they came
    ],
)
def test_a_reset_lets_the_time_run_anew_within_its_bound(resets: list[float], hours: float):
    params = KEYED | {"reset_by": {"event": "cart.seen", "correlate": "cart_id", "at_most": "10 hours"}}
    events = (*(seen(at) for at in resets), seen(2.9, cart=2))
    deadline = ARRIVED + timedelta(hours=hours)
    more: dict[str, Any] = {"events": events, "entry": {"cart_id": 1}}
    outcome = decide(WaitUntil(), params, deadline - timedelta(seconds=1), **more)
    assert isinstance(outcome, Park)
    assert outcome.until == deadline
    assert [one.event for one in outcome.awaited] == ["cart.paid", "cart.seen"]
    assert decide(WaitUntil(), params, deadline, **more) == Enter("otherwise")


@pytest.mark.parametrize(
    ("more", "now", "asked"),
    [
        ({}, 0, None),  # who just came, and looks back nowhere, has nothing to see
        ({}, 1, Past(("cart.paid",), ARRIVED)),
        ({"events": (paid(1),)}, 1, None),  # woken: what came before has been looked at
        ({"events": (paid(1),)}, 3, Past(("cart.paid",), ARRIVED)),
    ],
)
def test_what_a_wait_asks_of_the_past(more: dict[str, Any], now: int, asked: Past | None):
    params = WaitUntil.Params.model_validate(KEYED)
    assert WaitUntil().history(params, facts(**more), ARRIVED + timedelta(hours=now)) == asked


def test_a_wait_that_looks_back_asks_for_so_much_when_they_come():
    back = {"awaited": {"event": "cart.paid", "look_back": "1 day"}, "at_most": "3 hours"}
    asked = WaitUntil().history(WaitUntil.Params.model_validate(back), facts(), ARRIVED)
    assert asked == Past(("cart.paid",), ARRIVED - timedelta(days=1))
    assert sentence(WaitUntil(), back) == (
        "Wait until cart.paid happens, or has in the 1 day before, at most 3 hours"
    )


def test_wait_until_a_rule():
    gold = {"awaited": {"attribute": "tier", "is": "gold"}, "at_most": "3 days"}
    no, yes = {"until": False}, {"until": True}
    assert decide(WaitUntil(), gold, rules=no) == Park(DEADLINE, any_event=True)
    assert decide(WaitUntil(), gold, rules=yes) == Enter("then")
    assert decide(WaitUntil(), gold, DEADLINE, rules=no) == Enter("otherwise")
    assert WaitUntil().rules(WaitUntil.Params.model_validate(gold)) == {"until": ("awaited",)}


def test_an_event_that_is_counted_is_a_rule():
    counted = {
        "awaited": {"event": "order.placed", "count": {"at_least": 2}, "since": "entry"},
        "at_most": "3 days",
    }
    params = WaitUntil.Params.model_validate(counted)
    assert WaitUntil().rules(params) == {"until": ("awaited",)}
    assert decide(WaitUntil(), counted, rules={"until": False}) == Park(DEADLINE, any_event=True)


def test_wait_until_names_its_arms_its_step_and_no_rule_for_an_event():
    params = WaitUntil.Params.model_validate({**CLICK, "otherwise": [{"exit": True}]})
    assert WaitUntil().arms(params) == {"otherwise": ("otherwise",)}
    assert WaitUntil().rules(params) == {}
    assert list(WaitUntil().references(params)) == [Reference("step", "hello", ("awaited", "of"))]


CASES = {"cases": [{"when": {"segment": "a"}, "then": []}, {"when": {"segment": "b"}, "then": []}]}


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        (True, True, Enter("1")),
        (True, False, Enter("1")),
        (False, True, Enter("2")),
        (False, False, Continue()),
    ],
)
def test_choose_takes_the_first_case_that_is_true(first: bool, second: bool, outcome: Outcome):
    assert decide(Choose(), CASES, rules={"1": first, "2": second}) == outcome


def test_choose_goes_into_otherwise_if_there_is_one():
    cases = {**CASES, "otherwise": [{"exit": True}]}
    assert decide(Choose(), cases, rules={"1": False, "2": False}) == Enter("otherwise")
    assert list(Choose().arms(Choose.Params.model_validate(cases))) == ["1", "2", "otherwise"]


THIRDS = {
    "variants": {
        "b": {"share": "33.33%", "steps": []},
        "a": {"share": "0.01%", "steps": []},
        "c": {"share": "66.66%", "steps": []},
    }
}


@pytest.mark.parametrize(("bucket", "arm"), [(0, "b"), (3332, "b"), (3333, "a"), (3334, "c"), (9999, "c")])
def test_split_by_cumulative_shares_in_written_order(bucket: int, arm: str):
    assert decide(Split(), THIRDS, bucket=bucket) == Enter(arm)


def test_split_hits_each_variant_exactly_by_its_share():
    params = Split.Params.model_validate(THIRDS)
    arms = [Split().decide(params, facts(bucket=bucket), ARRIVED) for bucket in range(10_000)]
    assert {arm: arms.count(Enter(arm)) for arm in "abc"} == {"a": 1, "b": 3333, "c": 6666}


@pytest.mark.parametrize("bucket", [10_000, 12_345])
def test_a_bucket_outside_is_an_error_not_a_guess(bucket: int):
    with pytest.raises(ValueError, match=f"bucket {bucket} is not within 0..9999"):
        decide(Split(), THIRDS, bucket=bucket)


@pytest.mark.parametrize(
    ("written", "reason"),
    [({}, "exit_step"), ({"reason": True}, "exit_step"), ({"reason": "bored"}, "bored")],
)
def test_exit_leaves(written: dict[str, Any], reason: str):
    assert decide(Exit(), written) == Leave(reason)


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        (
            SendStep(),
            {"template": "we_miss_you", "via": ["sms", "push"]},
            "Send “we_miss_you” by SMS, else push",
        ),
        (Wait(), {"duration": "2 days"}, "Wait 2 days"),
        (Wait(), {"duration": "2 days", "until": "09:00"}, "Wait 2 days, then until 09:00"),
        (
            WaitUntil(),
            CLICK,
            "Wait until message.clicked happens for the message of step hello (where n is above 1), at most 3 days",
        ),
        (
            WaitUntil(),
            {"awaited": {"attribute": "tier", "is": "gold"}, "at_most": "3 days"},
            "Wait until tier is gold, at most 3 days",
        ),
        (
            WaitUntil(),
            {"awaited": {"word_of_a_plugin": 1}, "at_most": "3 days"},
            "Wait until its rule is true, at most 3 days",
        ),
        (Choose(), CASES, "Choose the first of 2 cases that is true"),
        (Split(), THIRDS, "Split: b 33.33%, a 0.01%, c 66.66%"),
        (Exit(), {}, "Leave the journey"),
        (Exit(), {"reason": "bored"}, "Leave the journey (bored)"),
    ],
)
def test_each_step_says_what_it_does(kind: StepKind[Any], params: dict[str, Any], words: str):
    assert sentence(kind, params) == words


CAPPED = tried("push", "skipped", "capped")
ALL_THREE = {"template": "hi", "via": ["push", "sms", "email"], "on_cap": {"go_to": [{"exit": "full"}]}}


@pytest.mark.parametrize(
    ("reachable", "sent", "outcome"),
    [
        ({"push", "sms"}, (), Send("push", "hi", on_cap="go_to")),
        ({"push", "sms"}, (CAPPED,), Send("sms", "hi", on_cap="go_to")),
        ({"push"}, (CAPPED,), Enter("capped", "not sent: push skipped (capped)")),
        (
            {"push", "sms"},
            (CAPPED, tried("sms", "rejected", "blocked")),
            Enter("capped", "not sent: push skipped (capped); SMS rejected (blocked)"),
        ),
        ({"push", "sms"}, (CAPPED, tried("sms", "accepted")), Continue()),
        (
            {"push", "sms"},
            (tried("push", "skipped", "no_consent"),),
            Send("sms", "hi", on_cap="go_to"),
        ),
        (
            {"push"},
            (tried("push", "skipped", "no_consent"),),
            Continue("not sent: push skipped (no_consent)"),
        ),
        (
            {"push", "sms", "email"},
            (CAPPED, tried("sms", "skipped", "topic_unsubscribed")),
            Continue("not sent: push skipped (capped); SMS skipped (topic_unsubscribed)"),
        ),
        (
            {"push", "sms", "email"},
            (CAPPED, tried("sms", "cancelled", "consent_withdrawn")),
            Continue("not sent: push skipped (capped); SMS cancelled (consent_withdrawn)"),
        ),
        ({"push"}, (tried("push", "expired", "capped"),), Continue("not sent: push expired (capped)")),
    ],
)
def test_go_to_is_walked_where_a_cap_kept_a_channel_and_none_is_left(
    reachable: set[str], sent: tuple[Tried, ...], outcome: Outcome
):
    assert decide(SendStep(), ALL_THREE, reachable=frozenset(reachable), tried=sent) == outcome


def test_the_word_of_a_send_stands_above_the_journeys():
    skips = {"template": "hi", "via": ["push", "sms"], "on_cap": "skip"}
    both = frozenset({"push", "sms"})
    gone_on = Continue("not sent: push skipped (capped)")
    assert decide(SendStep(), skips, reachable=both, tried=(CAPPED,), on_cap="fallback") == gone_on
    falls = skips | {"on_cap": "fallback"}
    assert decide(SendStep(), falls, reachable=both, tried=(CAPPED,), on_cap="skip") == Send(
        "sms", "hi", on_cap="fallback"
    )
