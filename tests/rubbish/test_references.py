"""Names that lead nowhere: each is told where it is written; a circle of names is none."""

from __future__ import annotations

import pytest

from orchestrator.journeys.models import Journey
from tests.journeys.files import Files

BAD = "journeys/bad/journey.yaml"
HEAD = "journey: bad\n{header}entry: {{event: a.b{only_if}}}\nsteps:\n  - {step}\n    id: x\n"


def written(step: str = "send: welcome", header: str = "", only_if: str = "") -> str:
    return HEAD.format(
        step=step, header=header and header + "\n", only_if=only_if and f", only_if: {only_if}"
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            written("send: nowhere"),
            "4:11: there is no template “nowhere”. Write it as templates/nowhere.yaml beside the journey.",
        ),
        (written("send: welcome\n    via: [pigeon]"), "5:11: there is no channel “pigeon”. Check the name."),
        (
            written("send: welcome\n    via: [sms]"),
            "4:5: the template “welcome” has no part for sms. Write one under `sms:`, or leave sms out of `via`.",
        ),
        (
            written(header="topic: nothing"),
            "2:8: there is no topic “nothing”. Make the topic in the admin first, or use one that is there.",
        ),
        (written(header="brand: acme"), "2:8: there is no brand “acme”. Check the name."),
        (
            written(only_if="{segment: vip}"),
            "2:40: there is no segment “vip”. Make the segment in the admin first, or write its rule out.",
        ),
        (
            written(only_if="{received: {journey: gone}}"),
            "2:51: there is no journey “gone”. Check the name.",
        ),
        (
            written("acme_call: x"),
            "4:5: there is no step `acme_call`. Did you mean `call`? "
            "Known steps: `send`, `wait`, `wait_until`, `wait_for_window`, `choose`, `split`, `repeat`, `update`, "
            "`award`, `emit`, `call`, `start` or `exit`.",
        ),
        (
            written("wait: -2 days"),
            "4:11: `-2 days` is not a duration. "
            "Write a whole number and a unit, such as `2 days` or `48 hours`, up to `5 years`.",
        ),
        (written("wait_until: {event: c.d}"), "4:5: `wait_until` needs `at_most`. Add `at_most`."),
        (
            written("split:\n      a: {share: 60%, steps: []}\n      b: {share: 41%, steps: []}"),
            "5:7: the shares add up to 101%, not 100%. Change one of them.",
        ),
    ],
    ids=lambda value: value[:24],
)
def test_a_name_or_value_that_means_nothing(files: Files, text: str, said: str) -> None:
    files.journey("bad", text)
    answer = files.run("publish")
    assert answer.err == f"{BAD}:{said}\n"
    assert Journey.objects.count() == 0


def test_journeys_that_name_each_other_in_a_circle_are_published_together(files: Files) -> None:
    ring = ["one", "two", "three"]
    for key, other in zip(ring, ring[1:] + ring[:1], strict=True):
        rule = f"{{received: {{journey: {other}}}}}"
        files.journey(key, written("wait: 1 day", only_if=rule).replace("bad", key))
    said = files.run("publish")
    assert (said.err, said.failed) == ("", "")
    assert sorted(Journey.objects.values_list("key", "status")) == [(key, "live") for key in sorted(ring)]


def test_a_journey_may_name_itself(files: Files) -> None:
    files.journey("bad", written("wait: 1 day", only_if="{not: {received: {journey: bad}}}"))
    assert files.run("validate").out == "1 journey, nothing is wrong.\n"
