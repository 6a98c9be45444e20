"""One person's way through a journey, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.journeys.effects import ANY_EVENT
from orchestrator.journeys.migrate import MIGRATED
from orchestrator.journeys.models import Enrollment
from orchestrator.messaging.models import Message
from orchestrator.messaging.sensitive import declared
from orchestrator.studio import outline, words
from orchestrator.studio.discreet import discreet
from orchestrator.studio.links import related, url_of
from orchestrator.studio.moved import definitions, say_move
from orchestrator.studio.outcomes import read_steps, say_outcome
from orchestrator.studio.sentences import say_message

MOST = 200


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit to a step. `messages`: what it sent, each with its page."""

    icon: str
    text: str
    step: str
    entered_at: datetime | None
    left_at: datetime | None
    told: str
    facts: list[tuple[str, str]]
    messages: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Passage:
    """The way so far, and where it stands."""

    sentence: str
    tone: str
    facts: list[tuple[str, str]]
    visits: list[Visit]


def trace(enrollment: Enrollment) -> Passage:
    """Read the step runs and messages of an enrollment: four queries by its indexes."""
    version = related(enrollment, "version")
    definition = version.definition if version else {}
    runs = list(enrollment.step_runs.order_by("entered_at", "id")[:MOST])
    known = discreet(definitions(enrollment, definition, runs), declared())
    sentences = {step: told for one in known for step, told in outline.sentences(one).items()}
    steps = {id_: step for one in known for id_, step in read_steps(one).items()}
    sent = _messages(enrollment)
    visits = [
        _moved(run)
        if run.outcome == MIGRATED
        else _visit(run, sentences, say_outcome(steps.get(run.step), run.outcome), sent)
        for run in runs
    ]
    if enrollment.status == Enrollment.Status.ACTIVE and enrollment.step:
        visits.append(_standing(enrollment, sentences, sent))
    return Passage(
        say_passage(enrollment), words.tone(enrollment.status), list(_facts(enrollment, version)), visits
    )


def _messages(enrollment: Enrollment) -> dict[tuple[str, int], list[tuple[str, str]]]:
    found: dict[tuple[str, int], list[tuple[str, str]]] = {}
    for message in Message.objects.filter(enrollment_id=enrollment.pk).order_by("id")[:MOST]:
        told = (say_message(message), url_of("messaging_message", message.pk))
        found.setdefault((message.step, message.visit), []).append(told)
    return found


def _visit(
    run: Any,
    sentences: dict[str, outline.Row],
    outcome: str,
    sent: dict[tuple[str, int], list[tuple[str, str]]],
) -> Visit:
    row = sentences.get(run.step)
    return Visit(
        row.icon if row else "extension",
        row.text if row else words.spaced(run.step),
        run.step,
        run.entered_at,
        run.left_at,
        ": ".join(part for part in (outcome, words.reason(run.reason)) if part),
        list(words.facts(run.evidence)),
        sent.get((run.step, run.visit), []),
    )


def _moved(run: Any) -> Visit:
    """Not a step: they were put on another version."""
    does, facts = _("Moved to another version"), list(words.facts(run.evidence))
    return Visit("move_up", does, run.step, run.entered_at, run.left_at, say_move(run.evidence), facts, [])


def _standing(
    enrollment: Enrollment,
    sentences: dict[str, outline.Row],
    sent: dict[tuple[str, int], list[tuple[str, str]]],
) -> Visit:
    row = sentences.get(enrollment.step)
    return Visit(
        row.icon if row else "extension",
        row.text if row else words.spaced(enrollment.step),
        enrollment.step,
        enrollment.arrived_at,
        None,
        say_waiting(enrollment),
        [],
        sent.get((enrollment.step, enrollment.visit), []),
    )


def say_waiting(enrollment: Enrollment) -> str:
    """What somebody who stands at a step waits for."""
    if enrollment.sending:
        return _("waits until its message is final")
    event = _("something") if enrollment.awaits == ANY_EVENT else enrollment.awaits.partition(" ")[0]
    told = {"when": words.moment(enrollment.due_at), "event": event}
    if enrollment.due_at and enrollment.awaits:
        return _("waits until %(event)s happens, at most until %(when)s") % told
    if enrollment.due_at:
        return _("waits until %(when)s") % told
    return _("waits until %(event)s happens") % told if enrollment.awaits else _("here now")


def say_passage(enrollment: Enrollment) -> str:
    """Where somebody is, or how it ended."""
    if enrollment.status == Enrollment.Status.ACTIVE:
        return _("On the way since %(when)s") % {"when": words.moment(enrollment.entered_at)}
    form = {
        Enrollment.Status.COMPLETED: _("Completed on %(when)s"),
        Enrollment.Status.FAILED: _("Could not go on, on %(when)s"),
        Enrollment.Status.EXITED: _("Left on %(when)s"),
    }[Enrollment.Status(enrollment.status)]
    told = form % {"when": words.moment(enrollment.finished_at)}
    why = words.reason(enrollment.reason)
    return f"{told}: {why}" if why and enrollment.status != Enrollment.Status.COMPLETED else told


def _facts(enrollment: Enrollment, version: Any) -> list[tuple[str, str]]:
    facts = [
        (_("Version"), f"v{version.number}" if version else "–"),
        (_("Entered by"), enrollment.entry_key),
        (
            _("The entry said"),
            words.shown(enrollment.entry_properties) if enrollment.entry_properties else "",
        ),
        (_("Entered"), words.moment(enrollment.entered_at)),
        (_("Goal met"), words.moment(enrollment.goal_met_at)),
        (_("Times out"), words.moment(enrollment.expires_at) if not enrollment.finished_at else ""),
        (_("Held out"), _("yes, to measure what messages earn") if enrollment.held_out else ""),
    ]
    return [(name, value) for name, value in facts if value]
