"""The rules on waiting and sending: nobody stays for ever, and every message can be planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from orchestrator.sdk import Awaited, Enter, Outcome, Park, Send, StepFacts, StepParams, Tried
from orchestrator.sdk.testing.checks import check, fail
from orchestrator.sdk.testing.rubbish import CODE, is_plain, shown
from orchestrator.sdk.testing.step_bench import StepBench
from orchestrator.sdk.testing.step_facts import ENDINGS, MOMENTS, NOW, combined

MOST_TURNS = 1_000


class StepEndingRules(StepBench):
    """How a step lets people go."""

    def test_parks_until_a_time_to_come(self) -> None:
        for (_, _, now), answer in self._answers(Park):
            until = answer.until
            check(isinstance(until, datetime) and until.tzinfo is not None, f"{shown(until)} has no zone.")
            check(until > now, f"Park until {until}, and it is {now} already: go on, or park until later.")

    def test_awaits_events_that_can_happen(self) -> None:
        for _, answer in self._answers(Park):
            check(isinstance(answer.awaited, tuple), "Park.awaited is a tuple.")
            for each in answer.awaited:
                check(isinstance(each, Awaited), f"{shown(each)} is no Awaited.")
                check(CODE.match(each.event) is not None, f"{shown(each.event)} is no name of an event.")
                check(is_plain(each.where), "Awaited.where holds what JSON cannot.")

    def test_lets_everybody_go_in_the_end(self) -> None:
        for params in self._all_params:
            for facts in self._newcomers(params):
                self._walk(params, facts)

    def test_sends_only_what_it_refers_to(self) -> None:
        for (params, _, _), answer in self._answers(Send):
            named = {(each.kind, each.name) for each in self._step.references(params)}
            for kind, name in (("template", answer.template), ("channel", answer.channel)):
                check(
                    (kind, name) in named,
                    f"decide sends the {kind} {name!r}, which `references` does not name.",
                )

    def test_sends_on_each_channel_once_in_a_visit(self) -> None:
        for (_, facts, _), answer in self._answers(Send):
            tried = {each.channel for each in facts.tried}
            check(
                answer.channel not in tried, f"{answer.channel!r} was tried: a visit sends on it only once."
            )

    def test_sends_nothing_more_once_it_was_sent(self) -> None:
        for (_, facts, _), _answer in self._answers(Send):
            sent = {each.state for each in facts.tried} & {"accepted", "unknown", "ghost"}
            check(not sent, f"A message was {min(sent, default='')}, and decide sends another.")

    def test_rounds_come_to_an_end(self) -> None:
        for (params, facts, _), answer in self._answers(Enter):
            rounds = self._step.rounds(params)
            over = rounds > 0 and facts.round >= rounds
            check(not over, f"After {facts.round} of {rounds} rounds decide enters {answer.arm!r} again.")

    def _newcomers(self, params: StepParams) -> Iterator[StepFacts]:
        """People who have just come, at odd moments too, to whom nothing happens any more."""
        start = replace(self._base(params), arrived_at=NOW)
        yield from (replace(start, arrived_at=moment, entered_at=moment) for moment in MOMENTS)
        for facts in combined(start, self._channels(params), (), self._step.rounds(params)):
            if not facts.tried and not facts.events:
                yield facts

    def _walk(self, params: StepParams, facts: StepFacts) -> None:
        """With a clock of our own, from park to park; messages end in turn with each ending."""
        now, deadline = facts.arrived_at, facts.arrived_at + self.longest
        for turn in range(MOST_TURNS):
            answer = self._decide(params, facts, now)
            if not isinstance(answer, Park | Send):
                return
            facts, now = _later(facts, answer, now, turn)
            if now > deadline + timedelta(days=1):
                fail(f"Somebody who came {facts.arrived_at} is held until {now}: longer than {self.longest}.")
        fail(f"Somebody is still held after {MOST_TURNS} looks, at {now}: it must let everybody go.")


def _later(facts: StepFacts, answer: Outcome, now: datetime, turn: int) -> tuple[StepFacts, datetime]:
    """The next look: at the time that was parked for, or when the message has come to its end."""
    if isinstance(answer, Send):
        state, reason = ENDINGS[(turn + 2) % len(ENDINGS)]
        tried = (*facts.tried, Tried(answer.channel, state, reason, now))
        return replace(facts, tried=tried), now + timedelta(minutes=1)
    assert isinstance(answer, Park)
    return facts, max(now, answer.until) + timedelta(microseconds=1)
