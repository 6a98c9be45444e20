"""CHECK: everything that must hold before a journey may be published, found in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator import registry
from orchestrator.domain.definition import Definition, DefinitionError, Mention, Node, Problem, parse
from orchestrator.domain.definition.audiences import SegmentTrigger
from orchestrator.domain.definition.campaign import as_journey
from orchestrator.journeys.calls import CONTEXT_ROOTS as CALL_ROOTS
from orchestrator.journeys.calls import problems_of_calls
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.messaging.blocks import with_blocks
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.sensitive import Sensitive
from orchestrator.messaging.content.source import TemplateSource, read_template
from orchestrator.messaging.memberships import unknown_segments
from orchestrator.messaging.models import Template
from orchestrator.messaging.sensitive import declared
from orchestrator.segments.models import Segment
from orchestrator.workspace.models import Brand, Topic, Workspace

CONTEXT_ROOTS = (*CALL_ROOTS, "unsubscribe_url", "preferences_url", "confirm_url")


@dataclass(frozen=True, slots=True)
class Checked:
    """A journey that may be published: its definition, its tree, its templates by key, and what was only doubtful."""

    definition: Definition
    tree: Node
    templates: Mapping[str, TemplateSource]
    warnings: tuple[Problem, ...]


def check(journey: Text, templates: Sequence[Text], beside: Collection[str] = ()) -> Checked:
    """Read and check a journey with its templates; raises DefinitionError with all problems of all files.

    `beside`: keys of journeys that are published together with this one, so that it may name them.
    """
    problems: list[Problem] = []
    sources = _templates(templates, problems)
    definition, tree = _definition(journey, problems)
    sources = _with_blocks(sources, tree, problems)
    warnings: list[Problem] = []
    if definition is not None and tree is not None:
        problems += [
            _missing(one, journey.file)
            for one in definition.references()
            if not _exists(one, definition, sources, beside) and not _is_broken(one, templates, sources)
        ]
        problems += _channels(definition, sources, journey.file)
        problems += problems_of_calls(definition, tree, journey.file)
    if tree is not None:
        purpose, filters = _purpose(tree), registry.current().filters
        sensitive = _sensitive(definition)
        for source in sources.values():
            report = lint(source, purpose, _languages(), filters, CONTEXT_ROOTS, sensitive)
            problems += report.errors
            warnings += report.warnings
    if problems or definition is None or tree is None:
        raise DefinitionError(sorted(problems, key=lambda one: (one.file, one.line)))
    return Checked(definition, tree, sources, tuple(warnings))


def _templates(texts: Sequence[Text], problems: list[Problem]) -> dict[str, TemplateSource]:
    sources: dict[str, TemplateSource] = {}
    for one in texts:
        try:
            tree = read(one.opened(), one.file)
            if tree.value is None:
                mend = "Start it with `template:` and a key."
                raise DefinitionError([Problem((), 1, 1, "empty", "the file is empty", mend, one.file)])
            source = read_template(tree, one.file)
        except DefinitionError as error:
            problems += error.problems
            continue
        if source.key in sources:
            what = f"the template “{source.key}” is written twice in this journey"
            problems.append(
                Problem((), 1, 1, "duplicate_template", what, "Give one of the files another key.", one.file)
            )
        sources[source.key] = source
    return sources


def _with_blocks(
    sources: Mapping[str, TemplateSource], tree: Node | None, problems: list[Problem]
) -> dict[str, TemplateSource]:
    """The templates with the words of the brand's blocks, which are looked at, prepared and pinned with them."""
    written = tree.child("brand") if tree is not None else None
    brand = written.value if written is not None and isinstance(written.value, str) else "default"
    whole = {}
    for key, source in sources.items():
        whole[key], found = with_blocks(source, brand)
        problems += [*found, *unknown_segments(whole[key])]
    return whole


def _definition(journey: Text, problems: list[Problem]) -> tuple[Definition | None, Node | None]:
    known, tree = registry.current(), None
    try:
        tree = read(journey.opened(), journey.file)
        definition = parse(tree, known.steps, known.conditions, file=journey.file, require_ids=True)
        return definition, as_journey(tree)
    except DefinitionError as error:
        problems += error.problems
        return None, tree


def _purpose(tree: Node) -> str:
    """The purpose as it is written; templates are looked at also where something else of the journey is wrong."""
    node = tree.child("purpose")
    return "transactional" if node is not None and node.value == "transactional" else "marketing"


def _sensitive(definition: Definition | None) -> Sensitive:
    """What is sensitive here: with an entry that is, all that its event says."""
    found = declared()
    if definition is None:
        return found
    triggers = definition.entry.triggers
    events = {str(getattr(one, "event", "")) for one in triggers}
    segments = {one.segment for one in triggers if isinstance(one, SegmentTrigger)}
    return found.of(events, segments, definition.topic)


def _languages() -> tuple[str, ...]:
    return tuple(Workspace.get().languages)


def _exists(
    mention: Mention, definition: Definition, sources: Mapping[str, TemplateSource], beside: Collection[str]
) -> bool:
    if mention.kind == "journey" and mention.name in beside:
        return True
    return mention.name in _known(mention.kind, definition, sources)


def _is_broken(mention: Mention, texts: Sequence[Text], sources: Mapping[str, TemplateSource]) -> bool:
    """Whether a template is there by its file's name and could not be read: then that alone is to be told."""
    read_well = {source.file for source in sources.values()}
    broken = {Path(one.file).stem for one in texts if one.file not in read_well}
    return mention.kind == "template" and mention.name in broken


def _known(kind: str, definition: Definition, sources: Mapping[str, TemplateSource]) -> set[str]:
    if kind == "template":
        shared = Template.objects.filter(
            journey="", brand__key=definition.brand or "default", latest__isnull=False
        )
        return set(sources) | set(shared.values_list("key", flat=True))
    if kind == "channel":
        return {name for name, channel in registry.current().channels.items() if channel.personal}
    if kind == "topic":
        return set(Topic.objects.values_list("key", flat=True))
    if kind == "brand":
        return set(Brand.objects.values_list("key", flat=True))
    if kind == "journey":
        return set(Journey.objects.values_list("key", flat=True)) | {definition.key}
    if kind == "segment":
        return set(Segment.objects.values_list("key", flat=True))
    if kind == "step":
        return set(definition.step_ids())
    return set()


def _missing(mention: Mention, file: str) -> Problem:
    what = f"there is no {mention.kind} “{mention.name}”"
    mends = {
        "template": "Write it as templates/" + mention.name + ".yaml beside the journey.",
        "topic": "Make the topic in the admin first, or use one that is there.",
        "segment": "Make the segment in the admin first, or write its rule out.",
        "channel": "It reaches systems; write a `call` step."
        if mention.name in registry.current().channels
        else "",
    }
    mend = mends.get(mention.kind) or "Check the name."
    return Problem(mention.path, mention.line, mention.column, f"unknown_{mention.kind}", what, mend, file)


def _channels(definition: Definition, sources: Mapping[str, TemplateSource], file: str) -> list[Problem]:
    """A template must have a part for every channel it is sent by."""
    problems = []
    for step_id in definition.step_ids():
        step = definition.step(step_id)
        source = sources.get(getattr(step.params, "template", ""))
        for channel in getattr(step.params, "via", ()) if source else ():
            if not getattr(source, channel, True):
                what = f"the template “{source.key}” has no part for {channel}"  # type: ignore[union-attr]
                mend = f"Write one under `{channel}:`, or leave {channel} out of `via`."
                problems.append(Problem(step.path, step.line, step.column, "no_part", what, mend, file))
    return problems
