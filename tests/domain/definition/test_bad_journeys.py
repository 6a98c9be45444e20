"""Bad journeys: each is refused with the line, what is wrong, and how to mend it; nothing else is said."""

from __future__ import annotations

import pytest

from orchestrator.domain.definition import DefinitionError, from_plain, parse
from orchestrator.journeys import yaml
from orchestrator.journeys.steps import STEP_KINDS

KINDS = {kind.name: kind for kind in STEP_KINDS}
HEAD = "journey: hello\nentry: {event: customer.signed_up}\nsteps:\n"
NO_DURATION = "Write a whole number and a unit, such as `2 days` or `48 hours`, up to `5 years`."
KEY = "Use a small letter, then small letters, digits and `_`, at most 63 in all."
KNOWN = (
    "Known steps: `send`, `wait`, `wait_until`, `wait_for_window`, `choose`, `split`, `repeat`, `update`, `award`, "
    "`emit`, `call`, `start` or `exit`."
)
CLOCK = 'Write it like "09:00", from 00:00 to 23:59.'
NUMBERS = "is not a number. Write a number, or use `before` and `after` for dates."
SPLIT = "  - split:\n      a: {{share: {}, steps: []}}\n      b: {{share: 50%, steps: []}}\n"
CLICK = "  - wait_until: {event: message.clicked, of: "


def refusal(text: str | bytes) -> list[str]:
    with pytest.raises(DefinitionError) as caught:
        parse(yaml.read(text, "j.yaml"), KINDS, file="j.yaml")
    return str(caught.value).splitlines()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-1", "`-1`"),
        ("0", "`0`"),
        ("NaN", "`NaN`"),
        ("P1000Y", "`P1000Y`"),
        ("1000 years", "`1000 years`"),
        ("true", "`true`"),
        ("[2 days]", "a list"),
        ("{days: 2}", "a mapping"),
        ("no", "`no`"),
        ("on", "`on`"),
        ("12:30", "`12:30`"),
        ("2 dyas", "`2 dyas`"),
        ("0 days", "`0 days`"),
        ("-2 days", "`-2 days`"),
        ("2.5 days", "`2.5 days`"),
    ],
)
def test_a_wait_that_is_no_duration(written: str, shown: str):
    assert refusal(f"{HEAD}  - wait: {written}\n") == [
        f"j.yaml:4:11: {shown} is not a duration. {NO_DURATION}"
    ]


@pytest.mark.parametrize(
    ("name", "steps", "said"),
    [
        (
            "an id used twice",
            "  - send: a\n    id: x\n  - send: b\n    id: x\n",
            "7:9: the id `x` is used twice, first in line 4. Give one of the two steps another id.",
        ),
        ("an id that climbs", "  - send: a\n    id: ../x\n", f"5:9: `../x` cannot be a step's id. {KEY}"),
        (
            "an id that reads from the right",
            "  - send: a\n    id: ab\u202ec\n",
            f"5:9: `ab<U+202E>c` cannot be a step's id. {KEY}",
        ),
        (
            "a number as id",
            "  - send: a\n    id: 7\n",
            f"5:9: `7` cannot be a step's id. {KEY}",
        ),
        (
            "a step nobody knows",
            "  - wiat: 2 days\n",
            f"4:5: there is no step `wiat`. Did you mean `wait`? {KNOWN}",
        ),
        (
            "a step of a plugin gone",
            "  - acme_call: x\n",
            f"4:5: there is no step `acme_call`. Did you mean `call`? {KNOWN}",
        ),
        ("no step at all", "  - id: x\n", f"4:5: a step does not say what it does. {KNOWN}"),
        ("a step as text", "  - exit\n", "4:5: a step must be a mapping, not `exit`. Write `exit: …`."),
        (
            "two steps in one",
            "  - send: a\n    wait: 2 days\n",
            "5:5: one step does one thing, and this does `send` and `wait`. Make two steps of it.",
        ),
        ("a wait without value", "  - wait:\n", "4:5: `wait` has no value. Write it after the colon."),
        (
            "a wait of years",
            "  - wait: 3 years\n",
            "4:11: `3 years` is longer than a year. A passage through a journey ends after 365 days.",
        ),
        (
            "a time without zero",
            "  - wait: 1 day\n    until: 9:00\n",
            f"5:12: `9:00` is not a time of day. {CLOCK}",
        ),
        (
            "a 25th hour",
            "  - wait: 1 day\n    until: '25:00'\n",
            f"5:12: `25:00` is not a time of day. {CLOCK}",
        ),
        (
            "a head said twice",
            "  - wait: 2 days\n    duration: 3 days\n",
            "5:5: `wait` already says its `duration`. Keep one of the two.",
        ),
        (
            "a slip in a field",
            "  - send: a\n    vai: [sms]\n",
            "5:5: `vai` is not a field of `send`. Did you mean `via`?",
        ),
        (
            "a channel twice",
            "  - send: a\n    via: [sms, sms]\n",
            "5:16: `via` names `sms` twice. Name each channel once.",
        ),
        ("a channel, not a list", "  - send: a\n    via: sms\n", "5:10: `via` must be a list, not `sms`."),
        (
            "no channel",
            "  - send: a\n    via: []\n",
            "5:10: `via` names 0 channels. Name 1 to 5, like `[email, sms]`.",
        ),
        (
            "a share of nothing",
            SPLIT.format("0%"),
            "5:18: a share of 0% reaches nobody. Leave the variant out, or give it a share.",
        ),
        (
            "a share below nothing",
            SPLIT.format("-50%"),
            "5:18: `-50%` is not a share. Write it like `50%` or `12.5%`, at most `100%`.",
        ),
        (
            "a share as a fraction",
            SPLIT.format("0.5"),
            "5:18: `0.5` is not a share. Write it like `50%` or `12.5%`, at most `100%`.",
        ),
        (
            "shares of 101%",
            SPLIT.format("51%"),
            "5:7: the shares add up to 101%, not 100%. Change one of them.",
        ),
        (
            "one variant",
            "  - split:\n      a: {share: 100%, steps: []}\n",
            "5:7: a split has 1 variants. Give it 2 to 10.",
        ),
        ("a choice without cases", "  - choose: []\n", "4:13: `choose` has 0 items. Write at least 1."),
        ("a case without rule", "  - choose:\n      - then: []\n", "5:9: `choose` needs `when`. Add `when`."),
        (
            "a wait for ever",
            "  - wait_until: {event: a.b}\n",
            "4:5: `wait_until` needs `at_most`. Add `at_most`.",
        ),
        (
            "`of` with a slip",
            f"  - send: a\n    id: hello\n{CLICK}helo}}\n    at_most: 2 days\n",
            "6:46: there is no step `helo`. Did you mean `hello`?",
        ),
        (
            "`of` a step that sends nothing",
            f"  - wait: 2 days\n    id: nap\n  - send: a\n    id: s\n{CLICK}nap}}\n    at_most: 2 days\n",
            "8:46: the step `nap` is a `wait` and sends nothing. Name one of `s`.",
        ),
        (
            "`of` itself",
            f"{CLICK}me}}\n    at_most: 2 days\n    id: me\n",
            "4:46: the step `me` names itself in `of`. Name the step that sends.",
        ),
        (
            "`of` in a rule",
            "  - choose:\n      - when: {event: message.opened, of: gone}\n        then: []\n",
            "5:43: there is no step `gone`. No step sends.",
        ),
        (
            "a pattern that could backtrack",
            "  - choose:\n      - when: {attribute: a, matches: '(a+)+$'}\n        then: []\n",
            "5:30: `matches`: patterns are not offered. Use `contains`, `in` or `is`.",
        ),
        (
            "text above a number",
            "  - choose:\n      - when:\n          attribute: points\n          above: x\n        then: []\n",
            f"7:18: `above` compares numbers, and `x` {NUMBERS}",
        ),
        (
            "text above a number in `where`",
            "  - wait_until:\n      event: a.b\n      where:\n        total: {above: x}\n    at_most: 1 day\n",
            f"7:24: `above` compares numbers, and `x` {NUMBERS}",
        ),
        (
            "an entry that is not one of the journey's",
            "  - choose:\n      - when: {entered_by: customer.signed}\n        then: []\n",
            "5:28: nobody enters by `customer.signed`. Did you mean `customer.signed_up`?",
        ),
    ],
)
def test_a_bad_step(name: str, steps: str, said: str):
    assert refusal(HEAD + steps) == [f"j.yaml:{said}"]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        (
            "{only_if: {segment: a}}",
            "2:1: `entry` does not say how people come in. Add `event`, `inactive`, `milestone`, `date`, `replenishment`, "
            "`segment`, `audience`, `schedule`, `api` or `any_of`.",
        ),
        (
            "{event: a.b, inactive: {event: a.b, for: 2 days}}",
            "2:21: `entry` has 2 ways in: `event` and `inactive`. Keep one, or list them under `any_of`.",
        ),
        (
            "{event: Placed!}",
            "2:16: `Placed!` cannot be an event's name. "
            "Write a noun and what happened to it, such as `order.placed`.",
        ),
        (
            "{event: a.b, again: sometimes}",
            "2:28: `sometimes` does not say when people may enter again. "
            "Write `never`, `after exit`, `after 180 days`, `per cart_id`, `per key` or `always`.",
        ),
        (
            "{event: a.b, again: per key}",
            "2:28: `per key` needs a `milestone`, `date`, `replenishment`, `audience`, `schedule` or `api` among the ways in. "
            "Write `never`, `after exit`, `after 180 days`, `per cart_id`, `per key` or `always`.",
        ),
        (
            "{date: {attribute: birthday}, again: per cart_id}",
            "2:45: `per cart_id` needs an `event` among the ways in. "
            "Write `never`, `after exit`, `after 180 days`, `per cart_id`, `per key` or `always`.",
        ),
        ("{event: a.b, again: after noon}", f"2:28: `noon` is not a duration. {NO_DURATION}"),
        ("{event: a.b, grace: 1 hour}", "2:28: a `grace` of 1 hour is longer than 30 minutes. Shorten it."),
        ("{inactive: {event: a.b}}", "2:9: `inactive` needs `for`. Add `for`."),
        (
            "{milestone: {event: a.b}}",
            "2:20: `milestone` needs `count` or `sum`, one of them. Write `count: [1, 5, 10]`.",
        ),
        (
            "{milestone: {event: a.b, count: [5, 5]}}",
            "2:40: the marks of `count` must go up. Write 1 to 50, like [1, 5, 10].",
        ),
        (
            "{milestone: {event: a.b, count: [1.5]}}",
            "2:41: `1.5` cannot be a mark of a milestone. Use a whole number above 0.",
        ),
        (
            "{date: {attribute: birthday, leap: feb29}}",
            "2:43: `feb29` cannot be `leap`. Did you mean `feb28`?",
        ),
        (
            "{date: {attribute: birthday, offset: -1 year}}",
            "2:45: `-1 year` cannot be an `offset`. Write `-7 days` or `2 weeks`, up to 180 days.",
        ),
        (
            "{date: {attribute: a, anniversary_of: b.c}}",
            "2:15: `date` needs `attribute` or `anniversary_of`, one of them. Write `attribute: birthday`.",
        ),
        (
            "{any_of: [{event: a.b}, {event: a.b}]}",
            "2:17: two ways in are both called `a.b`. Name one of them with `as`.",
        ),
        ("{any_of: []}", "2:17: `any_of` has 0 ways in. Write 1 to 20."),
        (
            "{event: a.b, only_if: {event: c.d, since: entry}}",
            "2:43: `since` has a meaning only in the steps, goal or exits of a journey. Leave it out here.",
        ),
    ],
)
def test_a_bad_entry(entry: str, said: str):
    assert refusal(f"journey: a\nentry: {entry}\nsteps: [{{send: a}}]\n") == [f"j.yaml:{said}"]


@pytest.mark.parametrize(
    ("on_cap", "said"),
    [
        (
            "drop",
            "23: `drop` cannot be `on_cap`. Use `hold`, `skip`, `fallback` or `{go_to: [steps]}`.",
        ),
        ("[skip]", "23: a list cannot be `on_cap`. Use `hold`, `skip`, `fallback` or `{go_to: [steps]}`."),
        ("{go_to: []}", "31: `go_to` has 0 items. Write at least 1."),
        ("{go_to: later}", "31: `go_to` must be a list, not `later`."),
        ("{}", "15: `on_cap` needs `go_to`. Add `go_to`."),
        (
            "{go_to: [{nap: 1 day}]}",
            f"33: there is no step `nap`. {KNOWN}",
        ),
    ],
)
def test_what_a_send_does_at_a_full_cap(on_cap: str, said: str):
    assert refusal(f"{HEAD}  - {{send: a, on_cap: {on_cap}}}\n") == [f"j.yaml:4:{said}"]


RATE = "Write it like `100 per day` (day, week or month) or `2 per 30 days`."
OVER = "Write `refuse`, `wait`, or for how long: `wait 2 days`."


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ("5", "28: `limit` must be a mapping, not `5`."),
        ("{}", "21: `limit` does not say what it limits. Add `entries`, `at_once` or `per_customer`."),
        (
            "{over: wait}",
            "21: `limit` does not say what it limits. Add `entries`, `at_once` or `per_customer`.",
        ),
        ("{at_onec: 5, at_once: 5}", "29: `at_onec` is not a field of `limit`. Did you mean `at_once`?"),
        ("{at_once: 0}", "38: `0` cannot be `at_once`. Use a whole number from 1 to 10000000."),
        ("{at_once: many}", "38: `many` cannot be `at_once`. Use a whole number from 1 to 10000000."),
        ("{entries: 100}", f"38: `100` is not so many in a time. {RATE}"),
        ("{entries: 0 per day}", f"38: `0 per day` is not so many in a time. {RATE}"),
        ("{entries: 99999999 per day}", f"38: `99999999 per day` is not so many in a time. {RATE}"),
        ("{entries: a few per day}", f"38: `a few per day` is not so many in a time. {RATE}"),
        ("{per_customer: 2 per moon}", f"43: `moon` is not a duration. {NO_DURATION}"),
        ("{at_once: 5, over: drop}", f"47: `drop` cannot be `over`. {OVER}"),
        ("{at_once: 5, over: [wait]}", f"47: a list cannot be `over`. {OVER}"),
        ("{at_once: 5, over: wait a bit}", f"47: `a bit` is not a duration. {NO_DURATION}"),
        (
            "{at_once: 5, over: wait 2 months}",
            "47: a wait of 2 months at the door is longer than 30 days. Shorten it.",
        ),
    ],
)
def test_a_limit_that_cannot_be_read(limit: str, said: str):
    text = f"journey: a\nentry: {{event: a.b, limit: {limit}}}\nsteps: [{{send: a}}]\n"
    assert refusal(text) == [f"j.yaml:2:{said}"]


def test_an_exit_that_is_the_entry_is_refused():
    text = "journey: a\nentry: {event: a.b}\nexit_when:\n  - {event: a.b}\nsteps: [{send: a}]\n"
    assert refusal(text) == [
        "j.yaml:4:13: `a.b` is both the way in and a way out, so everyone would leave at once. "
        "Use another event, or make it the `goal`."
    ]


def test_an_exit_on_other_events_of_the_entrys_name_and_a_goal_of_it_are_allowed():
    text = (
        "journey: a\nentry: {event: {name: a.b, where: {kind: x}}}\ngoal: {event: a.b}\n"
        "exit_when: [{event: a.b, where: {kind: y}}]\nsteps: [{send: a}]\n"
    )
    definition = parse(yaml.read(text), KINDS)
    assert definition.goal is not None
    assert definition.goal.event == "a.b"
    assert len(definition.exit_when) == 1


def test_everything_wrong_with_a_header_is_said_at_once_in_the_order_of_lines():
    text = (
        "journey: Hello!\ntitel: x\npriority: 101\nholdout: 60%\npurpose: marketting\nexpires: soon\n"
        "entry: {event: X}\nsteps: []\ngoal: {within: 2 days}\non_cap: drop\n"
        "catch_up: skip\n"
    )
    assert refusal(text) == [
        f"j.yaml:1:10: `Hello!` cannot be a journey's key. {KEY}",
        "j.yaml:2:1: `titel` is not a field of a journey. Did you mean `title`?",
        "j.yaml:3:11: `101` cannot be a priority. Use a whole number from 0 to 100.",
        "j.yaml:4:10: `60%` cannot be a holdout. Write it like `10%`, from `0%` to `50%`.",
        "j.yaml:5:10: `marketting` cannot be a purpose. Did you mean `marketing`?",
        f"j.yaml:6:10: `soon` is not a duration. {NO_DURATION}",
        "j.yaml:7:16: `X` cannot be an event's name. "
        "Write a noun and what happened to it, such as `order.placed`.",
        "j.yaml:8:1: a journey needs at least one step. Add one under `steps`.",
        "j.yaml:9:1: `goal` needs `event`. Add `event`.",
        "j.yaml:10:9: `drop` cannot be `on_cap`. Use `hold`, `skip` or `fallback`.",
        "j.yaml:11:11: `skip` cannot be `catch_up`. "
        "Write `send`, or how late is too late: `skip after 2 days`.",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file is empty. Start it with `journey:` and a key."),
        ("# only a remark\n", "1:1: the file is empty. Start it with `journey:` and a key."),
        ("- a\n", "1:1: a journey must be a mapping, not a list."),
        ("hello\n", "1:1: a journey must be a mapping, not `hello`."),
        ("journey: a\nsteps: [{send: a}]\n", "1:1: a journey needs `entry`. Add `entry`."),
        ("entry: {event: a.b}\nsteps: [{send: a}]\n", "1:1: a journey file needs `journey`. Add `journey`."),
        ("journey: a\nentry: {event: a.b}\n", "1:1: a journey needs `steps`. Add `steps`."),
        ("journey: a\nentry: {event: a.b}\nsteps: {}\n", "3:8: `steps` must be a list, not a mapping."),
        (
            'journey: a\ntitle: "a\\u202eb"\nentry: {event: a.b}\nsteps: [{send: a}]\n',
            "2:8: a title holds the invisible sign U+202E. Delete it: it can make text read otherwise than it is.",
        ),
        (
            "journey: a\ntitle: {polish: x}\nentry: {event: a.b}\nsteps: [{send: a}]\n",
            "2:9: `polish` is not a language. Write its two letters, like `pl`.",
        ),
    ],
)
def test_a_file_that_is_no_journey(text: str, said: str):
    assert refusal(text) == [f"j.yaml:{said}"]


def test_the_501st_step_is_refused():
    assert refusal(HEAD + "  - exit: a\n" * 501) == [
        "j.yaml:504:5: a journey may have 500 steps, and this is one more. Split the journey."
    ]
    assert len(parse(yaml.read(HEAD + "  - exit: a\n" * 500), KINDS).step_ids()) == 500


def test_a_hundred_thousand_steps_are_refused():
    steps = [{"exit": "a"}] * 100_000
    with pytest.raises(DefinitionError, match="a journey may have 500 steps") as caught:
        parse(from_plain({"journey": "a", "entry": {"event": "a.b"}, "steps": steps}), KINDS)
    assert len(caught.value.problems) == 1


def nested(depth: int) -> dict[str, object]:
    steps: list[object] = [{"exit": "end"}]
    for _ in range(depth - 1):
        steps = [{"choose": [{"when": {"segment": "a"}, "then": steps}]}]
    return {"journey": "a", "entry": {"event": "a.b"}, "steps": steps}


def test_twenty_levels_of_steps_are_read_and_the_21st_is_refused():
    assert len(parse(from_plain(nested(20)), KINDS).step_ids()) == 20
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain(nested(21)), KINDS)
    (problem,) = caught.value.problems
    assert problem.code == "too_nested"
    assert problem.what == "steps may be nested 20 deep, no deeper"


def test_ten_thousand_levels_are_refused_without_recursion():
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain(nested(10_000)), KINDS)
    assert [problem.what for problem in caught.value.problems] == ["this is nested more than 200 deep"]


def test_a_rule_nested_without_end_is_refused():
    rule: dict[str, object] = {"segment": "a"}
    for _ in range(30):
        rule = {"not": rule}
    journey = {"journey": "a", "entry": {"event": "a.b", "only_if": rule}, "steps": [{"exit": True}]}
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain(journey), KINDS)
    assert [problem.code for problem in caught.value.problems] == ["rule_too_deep"]


def test_more_than_a_hundred_problems_are_counted():
    text = HEAD + "  - nap: x\n" * 150
    lines = refusal(text)
    assert len(lines) == 101
    assert lines[-1] == "j.yaml:103:5: 50 more problems are not shown. Mend these first."


def test_steps_without_ids_are_refused_where_ids_are_required():
    tree = yaml.read(HEAD + "  - send: a\n  - wait: 2 days\n    id: nap\n", "j.yaml")
    with pytest.raises(DefinitionError) as caught:
        parse(tree, KINDS, file="j.yaml", require_ids=True)
    assert str(caught.value) == (
        "j.yaml:4:5: this `send` has no id. Run `manage.py journeys format`, which writes ids into the file."
    )


def test_a_stored_definition_is_refused_by_path_since_it_has_no_lines():
    with pytest.raises(DefinitionError) as caught:
        parse(from_plain({"journey": "a", "entry": {"event": "a.b"}, "steps": [{"wait": "soon"}]}), KINDS)
    assert str(caught.value) == f"definition: steps.0.wait: `soon` is not a duration. {NO_DURATION}"
