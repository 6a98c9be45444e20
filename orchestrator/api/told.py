"""The studio's answers as plain values: the sentence under `text`, the codes and the evidence beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from orchestrator.studio.coming import Case, Next, Stands
from orchestrator.studio.foreseen import Message
from orchestrator.studio.gate import ticks
from orchestrator.studio.happened import Item
from orchestrator.studio.letters import Letter
from orchestrator.studio.why import Answer

Plain = dict[str, Any]


def tell_item(item: Item) -> Plain:
    """One thing of a timeline."""
    text = " · ".join(part for part in (item.title, item.detail) if part)
    facts = [{"name": name, "value": value} for name, value in item.facts]
    return {"at": item.at, "kind": item.kind, "text": text, "facts": facts, **item.codes}


def tell_answer(answer: Answer) -> Plain:
    """Why, with the gate's checks one by one for each decision."""
    told = asdict(answer)
    for passed, written in zip(told["passages"], answer.passages, strict=True):
        for visited, source in zip(passed["steps"], written.steps, strict=True):
            visited["messages"] = [_letter(letter) for letter in source.messages]
    return told


def _letter(letter: Letter) -> Plain:
    told = asdict(letter)
    for decided, source in zip(told["decisions"], letter.decisions, strict=True):
        evidence = {**source.evidence, "check": source.check}
        decided["checks"] = _checks(source.outcome, source.reason, evidence, letter.channel)
    return told


def _checks(outcome: str, reason: str, evidence: Mapping[str, Any], channel: str) -> list[Plain]:
    return [
        {"number": one.number, "check": one.code, "said": one.said, "question": one.question, "text": one.why}
        for one in ticks(outcome, reason, evidence, channel)
    ]


def tell_next(coming: Next) -> Plain:
    """What comes next."""
    openings = [
        {"kind": one.code, "journey": one.journey, "title": one.title, "at": one.at, "text": one.text}
        for one in coming.openings
    ]
    return {
        "text": coming.text,
        "passages": [_stands(one) for one in coming.passages],
        "openings": openings,
    }


def _stands(one: Stands) -> Plain:
    return {
        "enrollment": one.enrollment,
        "journey": one.journey,
        "title": one.title,
        "step": one.step,
        "does": one.does,
        "since": one.since,
        "until": one.until,
        "awaits": one.awaits.split(),
        "held_out": one.held_out,
        "text": one.text,
        "messages": [_letter(letter) for letter in one.waiting],
        "cases": [_case(case) for case in one.cases],
    }


def _case(case: Case) -> Plain:
    message = _message(case.message) if case.message is not None else None
    return {
        "arm": case.arm, "when": case.when, "then": case.then, "ends": case.ends, "text": case.text, "message": message,
    }  # fmt: skip


def _message(message: Message) -> Plain:
    told = asdict(message)
    evidence = {**message.evidence, "check": message.check}
    return told | {"checks": _checks(message.outcome, message.reason, evidence, message.channel)}
