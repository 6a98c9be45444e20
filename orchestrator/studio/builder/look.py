"""What the builder shows of a rule: its tree, what each part says in words, and what is wrong, where."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from orchestrator import registry
from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.domain.definition.rule_parser import read_rule
from orchestrator.domain.definition.rules import Rule
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_write import document
from orchestrator.segments.define import read_segment_rule
from orchestrator.segments.models import Segment
from orchestrator.studio import drafts, rules, words
from orchestrator.studio.builder.named import Titles, titles_of, with_titles
from orchestrator.studio.builder.text import rewritten
from orchestrator.studio.builder.tree import BadTree, Place, from_tree, to_tree

Told = dict[str, Any]
WITHOUT = "\0without"  # no id of a browser ends so


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule being written: its text, its places, and the problems; `rule` is None where nothing can be read yet."""

    text: str
    rule: Rule | None
    places: Sequence[Place]
    problems: Sequence[Told]
    tree: Told | None = None
    plain: Any = None

    def asked(self) -> dict[str, Rule]:
        """What can be asked of customers: each leaf that can be read by its id, and the whole under ""."""
        found = {"": self.rule} if self.rule is not None else {}
        for place in self.places:
            leaf = None if place.group else _readable(place.rule)
            if leaf is not None:
                found[place.id] = leaf
        return found | dict(self._without())

    def _without(self) -> Iterator[tuple[str, Rule]]:
        """Of a rule all of whose parts must be true: it without each of its leaves, under the leaf's id and WITHOUT."""
        parts = self.plain.get("all") if self.rule is not None and isinstance(self.plain, dict) else None
        if not isinstance(parts, list) or len(parts) < 2:
            return
        for place in self.places:
            if not place.group and place.path[:-1] == ("all",):
                others = [part for index, part in enumerate(parts) if index != place.path[-1]]
                rule = _readable({"all": others})
                if rule is not None:
                    yield place.id + WITHOUT, rule

    def told(self) -> Told:
        """For the page."""
        titles = titles_of(self.plain)
        said = {place.id: say(place.rule, titles) for place in self.places if not place.group}
        whole = sentence(self.plain, titles) if self.rule is not None else ""
        answer = {"text": self.text, "said": said, "whole": whole, "problems": self.problems}
        return answer | ({"tree": self.tree} if self.tree is not None else {})


def opened(segment: Segment | None) -> str:
    """The text to begin with."""
    if segment is None:
        return ""
    return segment.source.replace("\r\n", "\n") if segment.source.strip() else document(segment.rule)


def of_text(text: str, key: str) -> Draft:
    """A draft as its text has it, with its tree; a text that cannot be read has none."""
    if not _says_something(text):
        tree, places = to_tree(None)
        return Draft(text, None, places, [], tree)
    try:
        plain = read(text).plain()
    except DefinitionError as error:
        return Draft(text, None, [], [_problem(one, []) for one in error.problems])
    tree, places = to_tree(plain)
    return _draft(text, key, places, tree, plain)


def of_tree(tree: Any, text: str, key: str) -> Draft:
    """A draft as the tree has it; its text is the given one, changed where the rule is another. Raises BadTree."""
    plain, places = from_tree(tree)
    if isinstance(tree, Mapping) and tree.get("rules") == []:
        return Draft("", None, places, [])
    return _draft(rewritten(text, plain), key, places, None, plain)


def _draft(text: str, key: str, places: Sequence[Place], tree: Told | None, plain: Any) -> Draft:
    try:
        rule = read_segment_rule(read(text), key)
    except DefinitionError as error:
        return Draft(text, None, places, [_problem(one, places) for one in error.problems], tree, plain)
    return Draft(text, rule, places, [], tree, plain)


def _says_something(text: str) -> bool:
    lines = (line.strip() for line in text.splitlines())
    return any(line and not line.startswith("#") for line in lines)


def _problem(problem: Problem, places: Sequence[Place]) -> Told:
    """A problem with its line, its words, and the node of the tree that it is about ("" for the whole)."""
    around = [place for place in places if problem.path[: len(place.path)] == place.path]
    if problem.code == "bad_segment":
        around = [place for place in places if not place.group and _unknown(place.rule)]
    place = max(around, key=lambda one: len(one.path), default=None)
    told = _("The rule leads back to this segment itself, by way of a segment that it names.")
    said = told if problem.code == "bad_circle" else drafts.told(problem)
    return {
        "line": problem.line,
        "column": problem.column,
        "words": said,
        "id": place.id if place is not None else "",
    }


def _unknown(rule: Any) -> bool:
    asked = rule.get("not", rule) if isinstance(rule, Mapping) else {}
    name = asked.get("segment") if isinstance(asked, Mapping) else None
    return isinstance(name, str) and not Segment.objects.filter(key=name).exists()


def _readable(plain: Any) -> Rule | None:
    try:
        return read_rule(plain, registry.current().conditions)
    except (DefinitionError, TypeError):
        return None


def say(plain: Any, titles: Titles) -> str:
    """A rule in words, segments and journeys by their titles."""
    try:
        return rules.say(with_titles(plain, titles))
    except Exception:  # a draft may hold anything where a sentence expects something
        return words.shown(plain)


def sentence(plain: Any, titles: Titles | None = None) -> str:
    """The same with a capital letter."""
    said = say(plain, titles_of(plain) if titles is None else titles) if plain else ""
    return said[:1].upper() + said[1:]


__all__ = ["BadTree", "Draft", "of_text", "of_tree", "opened", "sentence"]
