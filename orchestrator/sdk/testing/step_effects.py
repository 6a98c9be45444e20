"""The rules on what a step does besides sending: a few things, plain, of known kinds, with names that exist."""

from __future__ import annotations

from typing import Any

from orchestrator.sdk import Act, Award, Change, Emit, Start
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.rubbish import CODE, NAME, is_plain, shown
from orchestrator.sdk.testing.step_bench import StepBench

MOST_EFFECTS = 20
MOST_POINTS = 1_000_000
LONGEST_TAG = 63


class StepEffectRules(StepBench):
    """What a step may do."""

    def test_does_a_few_things_of_known_kinds(self) -> None:
        for _, answer in self._answers(Act):
            check(isinstance(answer.effects, tuple), "Act.effects is a tuple.")
            check(
                1 <= len(answer.effects) <= MOST_EFFECTS,
                f"{len(answer.effects)} effects: 1 to {MOST_EFFECTS}.",
            )
            for effect in answer.effects:
                known = isinstance(effect, Change | Emit | Award | Start)
                check(known, f"A {type(effect).__name__} is no effect: use Change, Emit, Award or Start.")

    def test_its_effects_hold_plain_values(self) -> None:
        for _, answer in self._answers(Act):
            for effect in answer.effects:
                for field in ("attributes", "properties"):
                    value = getattr(effect, field, {})
                    check(
                        is_plain(value),
                        f"{type(effect).__name__}.{field} holds what JSON cannot: {shown(value)}.",
                    )

    def test_its_effects_are_well_formed(self) -> None:
        for (params, _, _), answer in self._answers(Act):
            journeys = {each.name for each in self._step.references(params) if each.kind == "journey"}
            for effect in answer.effects:
                wrong = _wrong(effect, journeys)
                if wrong:
                    fail(wrong)


def _wrong(effect: Any, journeys: set[str]) -> str:
    """What is wrong with an effect, in words; "" if nothing is."""
    match effect:
        case Change(attributes, add_tags, remove_tags):
            names = [name for name in attributes if NAME.match(name) is None]
            tags = [tag for tag in (*add_tags, *remove_tags) if not _is_tag(tag)]
            return (
                f"{names[0]!r} is no name of an attribute."
                if names
                else f"{tags[0]!r} is no tag."
                if tags
                else ""
            )
        case Emit(event):
            return "" if CODE.match(str(event)) else f"{shown(event)} is no name of an event."
        case Award(points):
            small = type(points) is int and 0 < abs(points) <= MOST_POINTS
            return "" if small else f"{shown(points)} points: a whole number, not 0, at most {MOST_POINTS}."
        case Start(journey):
            return "" if journey in journeys else f"Start names {journey!r}, which `references` does not."
    return f"{shown(effect)} is no effect."


def _is_tag(tag: Any) -> bool:
    return isinstance(tag, str) and 0 < len(tag) <= LONGEST_TAG and tag == tag.strip() == tag.lower()
