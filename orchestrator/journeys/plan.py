"""PLAN: what publishing would do, before it is done. Nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from orchestrator import registry
from orchestrator.domain.definition import Definition, DefinitionError
from orchestrator.journeys.calls import without_calls
from orchestrator.journeys.changes import Changes, compare
from orchestrator.journeys.check import Checked
from orchestrator.journeys.models import Journey
from orchestrator.journeys.standing import Inside, inside, timers, unsent
from orchestrator.journeys.versions import version
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.models import Template, TemplateVersion
from orchestrator.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Plan:
    """What publishing one journey would do. `number`: the current version, 0 for a journey that has none.

    `readable` is false where the current version uses a plugin that is gone, so that it cannot be compared.
    `renamed`: removed steps that the author says go on by another id. `unsent`: messages by version and step.
    `timers`: people for whom a time is set at which the journey looks at them.
    """

    definition: Definition
    status: str
    number: int
    next_number: int
    unchanged: bool
    readable: bool
    changes: Changes
    templates: Mapping[str, str]
    inside: tuple[Inside, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    unsent: Mapping[int, Mapping[str, int]] = field(default_factory=dict)
    timers: int = 0

    @property
    def key(self) -> str:
        """The journey's key."""
        return self.definition.key


def plan(checked: Checked, renamed: Mapping[str, str] | None = None) -> Plan:
    """Compare a checked journey with what is published of it; a handful of queries.

    `renamed`: old id -> new id, as the author says; pairs that are no change of this journey are not its own.
    """
    definition = checked.definition
    row = Journey.objects.select_related("current").filter(key=definition.key).first()
    current = row.current if row is not None else None
    templates = _templates(checked, current.templates if current is not None else {})
    old, readable = _published(current.pk if current is not None else None)
    same_text = current is not None and current.definition == checked.tree.plain()
    numbers = list(row.versions.order_by("-number").values_list("number", flat=True)[:1]) if row else []
    changes = compare(old, definition) if old is not None else Changes()
    return Plan(
        definition,
        row.status if row is not None else Journey.Status.DRAFT,
        current.number if current is not None else 0,
        (numbers[0] if numbers else 0) + 1,
        same_text and not templates,
        readable,
        changes,
        templates,
        inside(row, definition.step_ids()) if row is not None else (),
        {was: to for was, to in (renamed or {}).items() if was in changes.removed and to in changes.added},
        unsent(row) if row is not None else {},
        timers(row) if row is not None else 0,
    )


def _published(current: int | None) -> tuple[Definition | None, bool]:
    if current is None:
        return None, True
    try:
        return version(current).definition, True
    except DefinitionError:
        return None, False


def _templates(checked: Checked, pinned: Mapping[str, int]) -> dict[str, str]:
    """What would become of each template that would not stay as it is: new, changed, or gone."""
    columns = ("template__key", "template__journey", "digest")
    found = TemplateVersion.objects.filter(pk__in=without_calls(pinned)).values_list(*columns)
    before, after = {key: (bool(journey), name) for key, journey, name in found}, _digests(checked)
    answer = {key: "changed" if key in before else "new" for key in after if before.get(key) != after[key]}
    return answer | {key: "gone" for key in before if key not in after}


def _digests(checked: Checked) -> dict[str, tuple[bool, str]]:
    """What would be pinned: the journey's own templates (True), and the shared ones it names as they are now."""
    chain, filters = tuple(Workspace.get().languages), registry.current().filters
    purpose = checked.definition.purpose
    answer = {
        key: (True, digest(prepare(source, purpose, chain, filters)))
        for key, source in checked.templates.items()
    }
    shared = {one.name for one in checked.definition.references() if one.kind == "template"} - set(answer)
    rows = Template.objects.filter(
        journey="", brand__key=checked.definition.brand or "default", key__in=shared, latest__isnull=False
    )
    return answer | {key: (False, str(name)) for key, name in rows.values_list("key", "latest__digest")}
