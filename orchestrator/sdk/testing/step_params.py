"""The rules on what a step declares: its name, its params, its arms, rules and references, its sentence."""

from __future__ import annotations

import pickle
from collections.abc import Mapping

from pydantic import ValidationError

from orchestrator.sdk import Reference, StepParams
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.rubbish import NAME, RUBBISH, as_json, copied, shown
from orchestrator.sdk.testing.step_bench import StepBench

KINDS = frozenset({"template", "step", "channel", "segment", "journey", "topic", "brand"})


class StepParamsRules(StepBench):
    """What a step says of itself before anybody stands at it."""

    def test_declares_its_name_its_head_and_its_params(self) -> None:
        step = self._step
        check(NAME.match(str(getattr(step, "name", ""))) is not None, "name: small letters, digits and _.")
        params = getattr(step, "Params", None)
        check(
            isinstance(params, type) and issubclass(params, StepParams), "Params is a subclass of StepParams."
        )
        check(
            step.head in ("", *step.Params.model_fields),
            f"head is {step.head!r}: it names a field of the params, or is empty.",
        )
        check(isinstance(step.title, str), "title is a text.")

    def test_examples_are_read_the_same_each_time(self) -> None:
        for example in self.examples:
            plain = self._plain(example)
            before = copied(plain)
            first, second = self._read(plain), self._read(as_json(plain))
            check(plain == before, f"Reading {example!r} changed it.")
            check(first == second, f"{example!r} read twice, once through JSON, gave two different params.")
        check(bool(self._all_params), "Write examples.")

    def test_params_cannot_be_changed(self) -> None:
        for params in self._all_params:
            for field in type(params).model_fields:
                try:
                    setattr(params, field, getattr(params, field))
                except (ValidationError, TypeError, AttributeError):
                    continue
                fail(f"`{field}` of the params can be set: leave `frozen=True` in their model_config.")

    def test_params_reach_the_process_in_which_a_step_decides(self) -> None:
        for params in self._all_params:
            try:
                arrived = pickle.loads(pickle.dumps(params))
            except Exception as error:
                fail(f"The params cannot be pickled ({error}): write their class at the top of a module.")
            check(arrived == params, "The params are others after pickling.")

    def test_unknown_fields_are_refused(self) -> None:
        for example in self.examples:
            try:
                self._read({**self._plain(example), "no_such_field": 1})
            except ValidationError as error:
                check("no_such_field" in str(error), "The refusal of an unknown field does not name it.")
                continue
            fail('An unknown field was taken: leave `extra="forbid"` in the params\' model_config.')

    def test_wrong_values_are_refused_in_words(self) -> None:
        for example in self.refused:
            try:
                params = self._read(self._plain(example))
            except ValidationError as error:
                check(
                    all(detail["msg"] for detail in error.errors()), f"{example!r} is refused without words."
                )
                continue
            fail(f"{example!r} must be refused and was read as {params!r}.")
        for example in self.examples:
            plain = self._plain(example)
            for field in self._step.Params.model_fields:
                for value in RUBBISH:
                    try:
                        self._declared(self._read({**plain, field: value}))
                    except ValidationError:
                        continue

    def test_arms_are_lists_of_steps_where_they_say(self) -> None:
        for example, params in zip(self.examples, self._all_params, strict=True):
            for name, path in self._step.arms(params).items():
                steps = self._found(example, name, path)
                check(
                    isinstance(steps, list), f"The arm {name!r} is said to stand at {path}: no list is there."
                )

    def test_rules_stand_where_they_say(self) -> None:
        for example, params in zip(self.examples, self._all_params, strict=True):
            for name, path in self._step.rules(params).items():
                rule = self._found(example, name, path)
                check(
                    isinstance(rule, Mapping),
                    f"The rule {name!r} is said to stand at {path}: no rule is there.",
                )

    def test_references_are_of_known_kinds(self) -> None:
        for example, params in zip(self.examples, self._all_params, strict=True):
            for each in self._step.references(params):
                check(isinstance(each, Reference), f"{shown(each)} is no Reference.")
                check(
                    each.kind in KINDS, f"{each.kind!r} is no kind of reference: use one of {sorted(KINDS)}."
                )
                check(isinstance(each.name, str) and bool(each.name), "A reference names nothing.")
                # What a default names is written nowhere.
                if each.path and each.path[0] in self._plain(example):
                    self._found(example, each.name, each.path)

    def test_its_sentence_is_one_line_of_text(self) -> None:
        for params in self._all_params:
            sentence = self._step.sentence(params)
            check(isinstance(sentence, str) and bool(sentence.strip()), f"The sentence is {shown(sentence)}.")
            check("\n" not in sentence and len(sentence) <= 500, "The sentence is longer than one line.")
            check(self._step.sentence(params) == sentence, "The sentence is another each time.")

    def test_its_rounds_are_few(self) -> None:
        for params in self._all_params:
            rounds = self._step.rounds(params)
            check(type(rounds) is int and 0 <= rounds <= 1000, f"rounds are {shown(rounds)}: 0 to 1000.")
            check(rounds == 0 or bool(self._step.arms(params)), "A step that repeats has an arm to walk.")

    def _declared(self, params: StepParams) -> None:
        """All that the engine asks of params that were read."""
        try:
            self._step.arms(params), self._step.rules(params), self._step.rounds(params)
            list(self._step.references(params)), self._step.sentence(params)
        except Exception as error:
            fail(
                f"{shown(params)} was read, and then {type(error).__name__}: {error}. Refuse it, or serve it."
            )

    def _found(self, example: Mapping[str, object], name: str, path: tuple[str | int, ...]) -> object:
        try:
            return self._at(self._plain(example), path)
        except (KeyError, IndexError, TypeError):
            fail(f"{name!r} is said to stand at {path}, which is nowhere in {example!r}.")
