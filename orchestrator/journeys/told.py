"""Plans and publications as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from orchestrator.domain.definition import Problem
from orchestrator.journeys.models import Journey
from orchestrator.journeys.plan import Plan
from orchestrator.journeys.standing import Inside

_TITLES = {"exit_when": "exit rules", "on_cap": "what happens at a cap", "catch_up": "what is too late"}
_STATES = {
    Journey.Status.PAUSED: "It is paused: nobody enters until it is resumed.",
    Journey.Status.STOPPED: "It is stopped: publishing does not start it again.",
}


def counted(count: int, one: str, many: str = "") -> str:
    """ "1 step", "2 steps", "1,000 people"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def tell_problems(problems: Iterable[Problem]) -> Iterator[str]:
    """Each on a line: file:line:column, what is wrong, how to mend it."""
    for problem in problems:
        yield str(problem)


def tell_plan(plan: Plan) -> Iterator[str]:
    """What publishing one journey would do, and who is inside."""
    yield f"{plan.key}: {_headline(plan)}"
    yield from (f"  {line}" for line in _lines(plan))


def tell_total(plans: Sequence[Plan]) -> str:
    """ "1 new, 2 changed, 3 unchanged."""
    new = sum(plan.number == 0 for plan in plans)
    unchanged = sum(plan.unchanged for plan in plans)
    return f"{new:,} new, {len(plans) - new - unchanged:,} changed, {unchanged:,} unchanged."


def _headline(plan: Plan) -> str:
    if plan.number == 0:
        steps = counted(len(plan.definition.step_ids()), "step")
        return (
            f"new, becomes version {plan.next_number} ({steps}, {counted(len(plan.templates), 'template')})"
        )
    if plan.unchanged:
        return f"unchanged (version {plan.number})"
    return f"changed, version {plan.number} becomes {plan.next_number}"


def _lines(plan: Plan) -> Iterator[str]:
    if plan.number and not plan.unchanged:
        yield from _changes(plan)
    if plan.status in _STATES:
        yield _STATES[Journey.Status(plan.status)]
    yield from _people(plan)
    yield from _waiting(plan)


def _changes(plan: Plan) -> Iterator[str]:
    changes = plan.changes
    if not plan.readable:
        yield "The published version uses something that is no longer plugged in: its steps cannot be compared."
    if changes.header:
        yield "changed: " + ", ".join(_TITLES.get(name, name) for name in changes.header)
    yield from (f"= {was} → {to}: the same step by another name" for was, to in plan.renamed.items())
    for id_, sentence in changes.added.items():
        if id_ not in plan.renamed.values():
            yield f"+ {id_}: {sentence}"
    for id_, sentence in changes.removed.items():
        if id_ not in plan.renamed:
            yield f"- {id_}: {sentence}{_still_there(plan, id_)}"
    for id_, step in changes.changed.items():
        same = step.before == step.after
        what = step.after if same else f"{step.before} → {step.after}"
        yield f"~ {id_}: {what}" + (" (moved)" if step.moved else " (other settings)" if same else "")
    if changes.reordered:
        yield "The steps stand in another order."
    yield from (f"template {key}: {what}" for key, what in plan.templates.items())
    for new, old in changes.renamed.items():
        if new not in plan.renamed.values() and old not in plan.renamed:
            yield (
                f"Renamed or new? If {new} is the step {old}, keep the id {old}, or say --renamed {old}={new}; "
                "to the engine it is a new step."
            )
    if plan.readable and not changes and not plan.templates:
        yield "It is written otherwise, and means the same."


def _people(plan: Plan) -> Iterator[str]:
    total = sum(version.people for version in plan.inside)
    if not total:
        if plan.number:
            yield "Nobody is inside."
        return
    yield f"{counted(total, 'person is', 'people are')} inside:"
    for version in plan.inside:
        yield f"  {standing(version)}"
    if not plan.unchanged:
        yield "They finish on the version they entered by; new people take the new one."
        yield from _moving(plan)


def _still_there(plan: Plan, step: str) -> str:
    people = sum(one.steps.get(step, 0) for one in plan.inside)
    return f" ({counted(people, 'person stands', 'people stand')} there)" if people else ""


def _moving(plan: Plan) -> Iterator[str]:
    """How those who are inside could go on in the new version, once it is published."""
    steps = [f"{was}={to}" for was, to in plan.renamed.items()]
    told = f" --map {','.join(steps)}" if steps else ""
    yield f"Once it is published, journeys migrate {plan.key}{told} --dry-run says who could move to it."


def _waiting(plan: Plan) -> Iterator[str]:
    """What has not left yet, and who is expected."""
    for number, steps in sorted(plan.unsent.items(), reverse=True):
        places = ", ".join(f"{count:,} of {step}" for step, count in steps.items())
        yield f"unsent messages of version {number}: {places}; they leave as that version wrote them"
    if plan.timers:
        anew = (
            "; publishing sets new times where the way in has changed"
            if "entry" in plan.changes.header
            else ""
        )
        yield f"{counted(plan.timers, 'person has', 'people have')} a time set at which they enter{anew}."


def standing(version: Inside) -> str:
    """ "version 2: 3 at pause, 1 at tips"."""
    places = ", ".join(f"{people:,} at {step}" for step, people in version.steps.items())
    return f"version {version.number}: {places}"
