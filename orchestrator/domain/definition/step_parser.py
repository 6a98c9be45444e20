"""From a tree to steps: drafts first, then ids for those that have none, then frozen steps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from orchestrator.domain.definition.param_problems import note_param_problems
from orchestrator.domain.definition.problems import listed, nearest, shown
from orchestrator.domain.definition.reading import Spot, key_of
from orchestrator.domain.definition.rule_parser import RuleContext, parse_rule
from orchestrator.domain.definition.rules import Rule
from orchestrator.domain.definition.steps import Step
from orchestrator.sdk import Path, Reference, StepKind, StepParams

MOST_STEPS = 500
DEEPEST = 20


@dataclass(slots=True)
class Draft:
    """A step on its way: what is known of it before all ids are."""

    spot: Spot
    kind: StepKind[Any]
    params: StepParams
    id: str
    arms: dict[str, list[Draft]] = field(default_factory=dict)
    rules: dict[str, Rule] = field(default_factory=dict)
    references: tuple[Reference, ...] = ()

    @property
    def sends(self) -> bool:
        """Whether it plans messages: it is a `send`, or names a template."""
        return self.kind.name == "send" or any(each.kind == "template" for each in self.references)

    def place(self, path: Path) -> Spot:
        """The spot of a path in the params: the head's stands under the kind's name."""
        if path and path[0] == self.kind.head and self.kind.head not in self.spot.node.value:  # type: ignore[operator]
            path = (self.kind.name, *path[1:])
        return Spot(self.spot.node.at(path), (*self.spot.path, *path), self.spot.problems)


@dataclass(slots=True)
class StepParser:
    """Reads the steps of one definition. `drafts` are in written order; `broken` if any could not be read."""

    kinds: Mapping[str, StepKind[Any]]
    context: RuleContext
    drafts: list[Draft] = field(default_factory=list)
    count: int = 0
    broken: bool = False

    def read_list(self, spot: Spot, depth: int = 1) -> list[Draft]:
        """Read a list of steps, and all below it."""
        if depth > DEEPEST:
            self._refuse(
                spot, "too_nested", f"steps may be nested {DEEPEST} deep, no deeper", "Split the journey."
            )
            return []
        items = spot.items("`steps`")
        self.broken |= items is None
        drafts = []
        for item in items or ():
            self.count += 1
            if self.count > MOST_STEPS:
                if self.count == MOST_STEPS + 1:
                    what = f"a journey may have {MOST_STEPS} steps, and this is one more"
                    self._refuse(item, "too_many_steps", what, "Split the journey.")
                break
            draft = self._read(item, depth)
            drafts += [draft] if draft else []
        return drafts

    def _refuse(self, spot: Spot, code: str, what: str, mend: str, *, key: bool = False) -> None:
        self.broken = True
        spot.refuse(code, what, mend, key=key)

    def _read(self, spot: Spot, depth: int) -> Draft | None:
        kind = self._kind(spot)
        if kind is None:
            return None
        own_id = spot.child("id")
        id_ = key_of(own_id, "a step's id") if own_id else ""
        params = self._params(spot, kind)
        if params is None or id_ is None:
            self.broken = True
            return None
        draft = Draft(spot, kind, params, id_)
        self.drafts.append(draft)
        try:
            arms, rules = kind.arms(params), kind.rules(params)
            draft.references = tuple(kind.references(params))
        except (Exception, SystemExit) as error:  # a plugin's fault is named, whatever it is
            self._failed(spot, kind, error)
            return draft
        for name, path in rules.items():
            place = draft.place(path)
            rule = parse_rule(place.node, self.context, place.path)
            draft.rules |= {name: rule} if rule else {}
        for name, path in arms.items():
            draft.arms[name] = self.read_list(draft.place(path), depth + 1)
        return draft

    def _failed(self, spot: Spot, kind: StepKind[Any], error: BaseException) -> None:
        what = f"the step kind `{kind.name}` failed on this: {type(error).__name__}"
        self._refuse(spot, "step_kind_failed", what, "Mend its plugin.")

    def _kind(self, spot: Spot) -> StepKind[Any] | None:
        """The step's kind: the one key that is a kind's name."""
        value = spot.node.value
        if not isinstance(value, dict):
            mend = f"Write `{value}: …`." if isinstance(value, str) and value in self.kinds else ""
            mend = mend or "Write it like `wait: 2 days`."
            self._refuse(spot, "not_a_step", f"a step must be a mapping, not {shown(value)}", mend)
            return None
        words = [key for key in value if key in self.kinds]
        if len(words) == 1:
            return self.kinds[words[0]]
        if words:
            what = f"one step does one thing, and this does {' and '.join(shown(word) for word in words)}"
            self._refuse(spot.child(words[1]) or spot, "two_kinds", what, "Make two steps of it.", key=True)
            return None
        first = next((key for key in value if key != "id"), "")
        known = f"Known steps: {listed(self.kinds)}." if self.kinds else "No step kinds are registered."
        mend = " ".join(filter(None, [nearest(first, self.kinds), known]))
        what = f"there is no step {shown(first)}" if first else "a step does not say what it does"
        self._refuse(spot.child(first) or spot, "unknown_step", what, mend, key=True)
        return None

    def _params(self, spot: Spot, kind: StepKind[Any]) -> StepParams | None:
        """The step's params, validated by the kind's own model."""
        assert isinstance(spot.node.value, dict)
        plain = {key: node.plain() for key, node in spot.node.value.items() if key not in ("id", kind.name)}
        head = spot.node.value[kind.name].plain()
        if kind.head in plain:
            what = f"`{kind.name}` already says its `{kind.head}`"
            self._refuse(spot.child(kind.head) or spot, "said_twice", what, "Keep one of the two.", key=True)
            return None
        if kind.head and head is not None:
            plain[kind.head] = head
        try:
            return kind.Params.model_validate(plain)
        except ValidationError as error:
            note_param_problems(error, spot, kind)
        except (Exception, SystemExit) as error:  # a plugin's fault is named, whatever it is
            self._failed(spot, kind, error)
        return None


def name_drafts(drafts: list[Draft]) -> tuple[str, ...]:
    """Give an id to each draft that has none: kind and head in small letters, unique. Answers those given."""
    taken = {draft.id for draft in drafts if draft.id}
    given = []
    for draft in drafts:
        if not draft.id:
            draft.id = _unique(_readable(draft), taken)
            taken.add(draft.id)
            given.append(draft.id)
    return tuple(given)


def _readable(draft: Draft) -> str:
    head = draft.spot.node.at((draft.kind.name,)).value
    words = f"{draft.kind.name} {head}" if isinstance(head, (str, int)) and not isinstance(head, bool) else ""
    slug = re.sub(r"[^a-z0-9]+", "_", (words or draft.kind.name).lower()).strip("_")
    return (slug if slug[:1].isalpha() else f"step_{slug}")[:55].rstrip("_")


def _unique(slug: str, taken: set[str]) -> str:
    number, answer = 1, slug
    while answer in taken:
        number += 1
        answer = f"{slug}_{number}"
    return answer


def freeze(drafts: list[Draft]) -> tuple[Step, ...]:
    """Steps from drafts. Recursive: the parser has bounded the nesting."""
    return tuple(
        Step(
            id=draft.id,
            kind=draft.kind,
            params=draft.params,
            arms={name: freeze(children) for name, children in draft.arms.items()},
            rules=draft.rules,
            line=draft.spot.node.line,
            column=draft.spot.node.column,
            path=draft.spot.path,
        )
        for draft in drafts
    )
