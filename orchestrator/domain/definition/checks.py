"""What can only be said of a definition as a whole: ids, names that lead nowhere, ways out that nobody can use."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.domain.definition.audiences import SegmentTrigger
from orchestrator.domain.definition.entries import Entry, EventTrigger, Trigger
from orchestrator.domain.definition.problems import listed, nearest, shown
from orchestrator.domain.definition.reading import Spot
from orchestrator.domain.definition.rules import AnyOf, EnteredBy, Happened, InSegment, Received, Rule
from orchestrator.domain.definition.step_parser import Draft, StepParser
from orchestrator.domain.definition.steps import Mention
from orchestrator.domain.definition.tree import find


def check(
    spot: Spot, steps: StepParser, entry: Entry | None, exits: tuple[Rule, ...], made_up: tuple[str, ...]
) -> None:
    """Note what is wrong with the whole. Names of steps are checked only when every step could be read."""
    _check_ids(steps.drafts, made_up)
    if not steps.broken:
        _check_step_names(spot, steps.drafts, exits)
    if entry is not None:
        _check_entered_by(spot, steps.drafts, entry, exits)
        _check_exits(spot, entry, exits)


def _check_ids(drafts: list[Draft], made_up: tuple[str, ...]) -> None:
    first: dict[str, Draft] = {}
    for draft in drafts:
        earlier = first.setdefault(draft.id, draft)
        if earlier is not draft:
            line = earlier.spot.node.line
            what = f"the id {shown(draft.id)} is used twice" + (f", first in line {line}" if line else "")
            draft.place(("id",)).refuse("duplicate_id", what, "Give one of the two steps another id.")
        if draft.id in made_up:
            mend = "Run `manage.py journeys format`, which writes ids into the file."
            draft.spot.refuse("no_id", f"this `{draft.kind.name}` has no id", mend)


def _check_step_names(spot: Spot, drafts: list[Draft], exits: tuple[Rule, ...]) -> None:
    """Every `of` must name a step that sends, and not the step it stands in."""
    known = {draft.id: draft for draft in drafts}
    for draft in drafts:
        for reference in draft.references:
            if reference.kind == "step":
                _check_of(draft.place(reference.path), reference.name, draft.id, known)
    for owner, place, rule in _leaves(spot, drafts, exits):
        if isinstance(rule, Happened) and rule.of:
            _check_of(_found(place, "of", rule.of), rule.of, owner, known)


def _check_of(spot: Spot, name: str, owner: str, known: dict[str, Draft]) -> None:
    sending = [draft.id for draft in known.values() if draft.sends]
    if name == owner:
        spot.refuse("of_itself", f"the step {shown(name)} names itself in `of`", "Name the step that sends.")
    elif name not in known:
        mend = nearest(name, sending) or (
            f"Steps that send: {listed(sending)}." if sending else "No step sends."
        )
        spot.refuse("unknown_step_id", f"there is no step {shown(name)}", mend)
    elif not known[name].sends:
        what = f"the step {shown(name)} is a `{known[name].kind.name}` and sends nothing"
        mend = f"Name one of {listed(sending)}." if sending else "Name a step that sends."
        spot.refuse("not_a_send", what, mend)


def _check_entered_by(spot: Spot, drafts: list[Draft], entry: Entry, exits: tuple[Rule, ...]) -> None:
    names = entry.names()
    for _, place, rule in _leaves(spot, drafts, exits, entry):
        if isinstance(rule, EnteredBy) and rule.name not in names:
            mend = nearest(rule.name, names) or f"Ways in: {listed(sorted(names))}."
            what = f"nobody enters by {shown(rule.name)}"
            _found(place, "entered_by", rule.name).refuse("unknown_entry", what, mend)


def _check_exits(spot: Spot, entry: Entry, exits: tuple[Rule, ...]) -> None:
    """An exit that every entry event sets off would empty the journey as fast as it fills."""
    place = _below(spot, "exit_when")
    for rule in (part for exit_ in exits for part in (exit_.rules if isinstance(exit_, AnyOf) else (exit_,))):
        if not isinstance(rule, Happened) or rule.count or rule.total or rule.of:
            continue
        if any(_sets_off(trigger, rule) for trigger in entry.triggers):
            what = f"{shown(rule.event)} is both the way in and a way out, so everyone would leave at once"
            mend = "Use another event, or make it the `goal`."
            _found(place, "event", rule.event).refuse("exit_is_entry", what, mend)


def _sets_off(trigger: Trigger, rule: Happened) -> bool:
    """Whether each event that lets somebody in by this trigger also satisfies the rule."""
    if not isinstance(trigger, EventTrigger) or trigger.event != rule.event:
        return False
    return set(rule.where) <= set(trigger.where)


def _leaves(
    spot: Spot, drafts: list[Draft], exits: tuple[Rule, ...], entry: Entry | None = None
) -> Iterator[tuple[str, Spot, Rule]]:
    """Every fact asked, with the step that asks ("" for the journey) and a place to search for its words."""
    if entry is not None:
        door = _below(spot, "entry")
        for rule in entry.rules():
            place = _below(door, "only_if") if rule is entry.only_if else door
            yield from (("", place, leaf) for leaf in rule.leaves())
    for exit_ in exits:
        yield from (("", _below(spot, "exit_when"), leaf) for leaf in exit_.leaves())
    for draft in drafts:
        paths = draft.kind.rules(draft.params) if draft.rules else {}
        for name, rule in draft.rules.items():
            yield from ((draft.id, draft.place(paths[name]), leaf) for leaf in rule.leaves())


def _below(spot: Spot, key: str) -> Spot:
    return spot.child(key) or spot


def _found(spot: Spot, key: str, value: str) -> Spot:
    """Where `key: value` is written below the spot; the spot itself if a plugin's condition wrote it."""
    node = find(spot.node, key, value)
    return Spot(node, spot.path, spot.problems) if node else spot


def mentions(spot: Spot, drafts: list[Draft], entry: Entry, exits: tuple[Rule, ...]) -> tuple[Mention, ...]:
    """Every name that must exist elsewhere: of the header, of rules, of steps; each where it is written."""
    answer = [
        _mention(kind, str(below.node.value), "", below)
        for kind in ("brand", "topic")
        if (below := spot.child(kind)) is not None
    ]
    for owner, place, rule in _leaves(spot, drafts, exits, entry):
        if isinstance(rule, InSegment):
            answer.append(_mention("segment", rule.segment, owner, _found(place, "segment", rule.segment)))
        if isinstance(rule, Received) and rule.journey:
            answer.append(_mention("journey", rule.journey, owner, _found(place, "journey", rule.journey)))
    for trigger in entry.triggers:
        if isinstance(trigger, SegmentTrigger):
            word = "enters" if trigger.enters else "leaves"
            place = _found(_below(spot, "entry"), word, trigger.segment)
            answer.append(_mention("segment", trigger.segment, "", place))
    for draft in drafts:
        answer.extend(
            _mention(reference.kind, reference.name, draft.id, draft.place(reference.path))
            for reference in draft.references
            if reference.kind != "step"
        )
    return tuple(answer)


def _mention(kind: str, name: str, step: str, spot: Spot) -> Mention:
    return Mention(kind, name, step, spot.node.line, spot.node.column, spot.path)
