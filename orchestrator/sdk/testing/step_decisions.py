"""The rules on `decide`: pure, whole, and only with what was declared."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest

from orchestrator.sdk import Enter, Leave, Outcome
from orchestrator.sdk.testing.checks import check
from orchestrator.sdk.testing.purity import watch_purity
from orchestrator.sdk.testing.rubbish import CODE, copied, shown
from orchestrator.sdk.testing.step_bench import StepBench
from orchestrator.sdk.testing.step_facts import CANARY, NOW, Watched

MOST_WATCHED = 500  # watching is slow; what a step reads it reads for most people


class StepDecisionRules(StepBench):
    """How a step decides."""

    def test_answers_an_outcome_for_everybody(self) -> None:
        for params, facts, now in self._cases():
            self._decide(params, facts, now)

    def test_the_same_facts_give_the_same_outcome(self) -> None:
        cases = list(self._cases())
        first = [self._decide(*case) for case in cases]
        other = self.make_step()
        second: list[Outcome] = [other.decide(*case) for case in reversed(cases)]
        for case, one, two in zip(cases, first, reversed(second), strict=True):
            check(one == two, f"The same facts gave {shown(one)} and {shown(two)}, at {case[2]}.")

    def test_reads_no_clock_no_chance_and_no_network(self) -> None:
        for params in self._all_params:
            self._decide(params, self._base(params), NOW)  # what is loaded once is loaded now
        with watch_purity() as found:
            for case in islice(self._cases(), MOST_WATCHED):
                self._decide(*case)
        check(not found, f"decide read {found[0] if found else ''}: all it may use is params, facts and now.")

    def test_leaves_the_facts_as_they_are(self) -> None:
        for params, facts, now in self._cases():
            before = copied((params, facts))
            self._decide(params, facts, now)
            check(before == (params, facts), "decide changed the facts or the params: they are the engine's.")

    def test_reads_only_rules_that_it_declares(self) -> None:
        # One that is not written in this example may be asked for with `get`.
        declared = {name for params in self._all_params for name in self._step.rules(params)}
        for params, facts, now in self._cases():
            watched = Watched(facts.rules)
            self._decide(params, replace(facts, rules=watched), now)
            unknown = watched.asked - declared
            check(not unknown, f"decide asks for the rules {sorted(unknown)}, which `rules` does not name.")

    def test_looks_at_reach_only_if_it_says_so(self) -> None:
        if self._step.reads_reachable:
            pytest.skip("it says that it looks at `facts.reachable`")
        for params, facts, now in self._cases():
            unreached = self._decide(params, replace(facts, reachable=frozenset()), now)
            same = self._decide(params, facts, now) == unreached
            check(same, "`reads_reachable` is False, and the outcome depends on `facts.reachable`.")

    def test_looks_at_the_person_only_if_it_says_so(self) -> None:
        if self._step.reads_person:
            pytest.skip("it says that it looks at `facts.attributes` and `facts.zone`")
        for params, facts, now in self._cases():
            stranger = replace(facts, attributes={}, zone=ZoneInfo("UTC"))
            same = self._decide(params, facts, now) == self._decide(params, stranger, now)
            check(
                same,
                "`reads_person` is False, and the outcome depends on `facts.attributes` or `facts.zone`.",
            )

    def test_looks_at_the_bucket_only_if_it_says_so(self) -> None:
        if self._step.reads_bucket:
            pytest.skip("it says that it looks at `facts.bucket`")
        for params, facts, now in self._cases():
            same = self._decide(params, facts, now) == self._decide(params, replace(facts, bucket=0), now)
            check(same, "`reads_bucket` is False, and the outcome depends on `facts.bucket`.")

    def test_enters_only_its_arms(self) -> None:
        for (params, _, _), answer in self._answers(Enter):
            # An arm that nobody wrote is walked as an empty one, if the params have a field for it.
            known = {*self._step.arms(params), *type(params).model_fields}
            check(answer.arm in known, f"decide enters the arm {answer.arm!r}, of which `arms` says nothing.")

    def test_leaves_with_a_short_code(self) -> None:
        for _, answer in self._answers(Leave):
            check(CODE.match(answer.reason) is not None, f"{shown(answer.reason)} is no short code.")

    def test_people_stay_out_of_notes_and_sentences(self) -> None:
        for params in self._all_params:
            names = sorted(self._attributes_read(params)) or ["first_name"]
            person = replace(self._base(params), attributes=dict.fromkeys(names, CANARY))
            for now in (NOW, datetime.max.replace(tzinfo=NOW.tzinfo, year=2100)):
                said = self._words(self._decide(params, person, now)) + self._step.sentence(params)
                check(
                    CANARY not in said,
                    "A note or sentence holds an attribute's value: it outlives the person.",
                )

    def _words(self, answer: Outcome) -> str:
        return " ".join(str(getattr(answer, field, "")) for field in ("note", "reason", "arm"))
