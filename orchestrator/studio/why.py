"""WHY: did somebody enter a journey, where are they, and what became of each message; with the evidence.

One answer in two forms: codes for programs, and beside each the sentence that the studio would say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.customers.models import Customer
from orchestrator.domain.outbox import CLAIMABLE, State
from orchestrator.journeys.migrate import MIGRATED
from orchestrator.journeys.models import Enrollment, Journey, StepRun
from orchestrator.messaging.content.sensitive import Sensitive
from orchestrator.messaging.sensitive import declared
from orchestrator.studio import outline, words
from orchestrator.studio.absent import Because, say_absence, say_return
from orchestrator.studio.discreet import discreet
from orchestrator.studio.entered import say_entry
from orchestrator.studio.halted import say_halt
from orchestrator.studio.letters import Letter, read_letters
from orchestrator.studio.links import related
from orchestrator.studio.moved import definitions, say_move
from orchestrator.studio.outcomes import read_steps, say_outcome
from orchestrator.studio.passage import say_passage, say_waiting
from orchestrator.studio.scored_by import say_scores
from orchestrator.studio.titles import title_of
from orchestrator.workspace.halt import current

MOST = 20


@dataclass(frozen=True, slots=True)
class Visited:
    """One visit to a step. `left_at` is None for the step they stand at; `outcome` is "" where nothing came of it."""

    step: str
    visit: int
    does: str
    outcome: str
    entered_at: datetime | None
    left_at: datetime | None
    evidence: Mapping[str, Any]
    text: str
    messages: tuple[Letter, ...]

    @property
    def at(self) -> datetime | None:
        """When they left it, or when they came where they still stand."""
        return self.left_at or self.entered_at


@dataclass(frozen=True, slots=True)
class Passed:
    """One passage through the journey."""

    id: int
    version: int | None
    entry_key: str
    status: str
    reason: str
    held_out: bool
    step: str
    entered_at: datetime
    finished_at: datetime | None
    goal_met_at: datetime | None
    entered: str
    text: str
    steps: tuple[Visited, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that is known. `because`: why they never entered, or whether they may come again."""

    customer: Mapping[str, Any]
    journey: Mapping[str, Any]
    text: str
    passages: tuple[Passed, ...]
    because: tuple[Because, ...]


def why(customer: Customer, journey: Journey, now: datetime, most: int = MOST) -> Answer:
    """Read it: a dozen queries by index for each passage, the last `most` passages."""
    rows = Enrollment.objects.filter(customer=customer, journey=journey).order_by("-entered_at", "-id")[:most]
    sensitive = declared()
    passages = tuple(_passed(row, now, sensitive) for row in rows)
    because = (say_return if passages else say_absence)(customer, journey, now)
    return Answer(
        {"id": customer.pk, "external_id": customer.external_id, "name": str(customer)},
        {"key": journey.key, "title": title_of(journey), "status": journey.status},
        _headline(customer, journey, passages, because),
        passages,
        tuple(because),
    )


def _headline(
    customer: Customer, journey: Journey, passages: tuple[Passed, ...], because: list[Because]
) -> str:
    """Where they are, and the last message that did not simply go out; or the gravest reason why they never entered."""
    told = {"customer": _named(customer), "journey": title_of(journey)}
    if not passages:
        first = f" {because[0].text}" if because else ""
        return _("%(customer)s has never entered “%(journey)s”.") % told + first
    letters = [letter for visited in passages[0].steps for letter in visited.messages]
    odd = [letter.text for letter in letters if letter.state != State.ACCEPTED][-1:]
    return " ".join([_("%(customer)s in “%(journey)s”:") % told, passages[0].text, *odd, *_halted(letters)])


def _halted(letters: Iterable[Letter]) -> list[str]:
    """That nothing is sent at all, where one of these waits for it."""
    waits = any(letter.state in CLAIMABLE for letter in letters)
    halt = current() if waits else None
    return [] if halt is None else [say_halt(halt)]


def _named(customer: Customer) -> str:
    name = str(customer)
    known = customer.external_id or f"#{customer.pk}"
    return name if name == known else f"{name} ({known})"


def _passed(row: Enrollment, now: datetime, sensitive: Sensitive) -> Passed:
    version = related(row, "version")
    definition = version.definition if version is not None else {}
    letters: dict[tuple[str, int], list[Letter]] = defaultdict(list)
    for letter in read_letters(row.pk, now):
        letters[letter.step, letter.visit].append(letter)
    return Passed(
        row.pk,
        version.number if version is not None else None,
        row.entry_key,
        row.status,
        row.reason,
        row.held_out,
        row.step,
        row.entered_at,
        row.finished_at,
        row.goal_met_at,
        _entered(row, definition, version.number if version is not None else None),
        words.stopped(say_passage(row)),
        tuple(_visits(row, definition, letters, sensitive)),
    )


def _entered(row: Enrollment, definition: Mapping[str, Any], number: int | None) -> str:
    """When, by what, under which key, on which version."""
    told = [_("Entered on %(when)s") % {"when": words.moment(row.entered_at)}, say_entry(row, definition)]
    facts = [f"v{number}" if number is not None else ""]
    if row.entry_key:
        facts.append(_("key: %(key)s") % {"key": row.entry_key})
    if row.held_out:
        facts.append(_("held out, to measure what messages earn"))
    return " ".join(part for part in told if part) + f" ({', '.join(part for part in facts if part)})."


def _visits(
    row: Enrollment,
    definition: Mapping[str, Any],
    letters: Mapping[tuple[str, int], list[Letter]],
    sensitive: Sensitive,
) -> list[Visited]:
    visits = []
    runs = list(row.step_runs.order_by("left_at", "id")[:200])
    known = discreet(definitions(row, definition, runs), sensitive)
    sentences = {step: told for one in known for step, told in outline.sentences(one).items()}
    steps = {id_: step for one in known for id_, step in read_steps(one).items()}
    for run in runs:
        mine = tuple(letters.get((run.step, run.visit), ()))
        if run.outcome == MIGRATED:
            visits.append(_moved(run))
            continue
        told = say_outcome(steps.get(run.step), run.outcome)
        # A send step's note repeats what its messages say.
        told += f": {words.reason(run.reason)}" if run.reason and not mine else ""
        scored = say_scores(run.evidence)
        told += f"; {scored}" if scored else ""
        does = _does(sentences, run.step)
        times = (run.entered_at, run.left_at)
        visits.append(Visited(run.step, run.visit, does, run.outcome, *times, run.evidence, told, mine))
    if row.reason == "surpassed":
        return []
    if row.step and (row.step, row.visit) not in {(one.step, one.visit) for one in visits}:
        visits.append(_standing(row, sentences, tuple(letters.get((row.step, row.visit), ()))))
    return visits


def _moved(run: StepRun) -> Visited:
    """Not a step: they were put on another version."""
    does, told = _("Moved to another version"), say_move(run.evidence)
    times = (run.entered_at, run.left_at)
    return Visited(run.step, run.visit, does, run.outcome, *times, run.evidence, told, ())


def _standing(row: Enrollment, sentences: Mapping[str, outline.Row], letters: tuple[Letter, ...]) -> Visited:
    active = row.status == Enrollment.Status.ACTIVE
    told = say_waiting(row) if active else _("the passage ended here")
    does = _does(sentences, row.step)
    return Visited(row.step, row.visit, does, "", row.arrived_at, row.finished_at, {}, told, letters)


def _does(sentences: Mapping[str, outline.Row], step: str) -> str:
    return sentences[step].text if step in sentences else words.spaced(step)
