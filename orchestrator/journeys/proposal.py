"""PROPOSAL: what publishing a stored draft would take, under a mark that is another as soon as any of it is."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Q

from orchestrator.domain.definition import DefinitionError, Problem
from orchestrator.journeys.admit import look_again
from orchestrator.journeys.check import Checked, check
from orchestrator.journeys.folders import Text
from orchestrator.journeys.models import Journey
from orchestrator.journeys.publish import Published, publish, refuse_what_is_over
from orchestrator.journeys.simulation.drafted import drafted
from orchestrator.messaging.content.blocks import SIGN
from orchestrator.messaging.models import Block, Template

_WORD = re.compile(r"[A-Za-z0-9_-]+")
# A template's key, its journey ("" for a shared one), and its newest version, or its draft, which goes with its journey's.
Pinned = tuple[str, str, str]


class Changed(Exception):
    """The draft, one of its templates or the published version is another than the one that was looked at."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stored journey as the texts that publishing would take, with their mark."""

    journey: Text
    templates: tuple[Text, ...]
    mark: str


def proposal(row: Journey) -> Proposal:
    """What would be published of this journey now. Two queries."""
    journey, templates = drafted(row)
    return Proposal(journey, templates, marks([row])[row.pk])


def marks(rows: Collection[Journey]) -> dict[int, str]:
    """The marks of several journeys by id, in one query, and one more where templates of theirs put blocks in.

    Their current versions are to be loaded with them.
    """
    known: dict[str, list[tuple[int, Pinned]]] = defaultdict(list)
    found = Template.objects.filter(Q(journey="") | Q(journey__in={row.key for row in rows}))
    found = found.annotate(with_blocks=Q(latest__source__contains=SIGN))
    columns = ("brand", "key", "journey", "latest", "draft", "with_blocks")
    words = _Words()
    for brand, key, journey, latest, draft, with_blocks in found.values_list(*columns):
        pin = f"{latest or ''}" if not (journey and draft) else draft
        # A shared template's version holds its blocks' words already; a journey's own takes them when it is published.
        if journey and (SIGN in draft if draft else with_blocks):
            pin += words.of(brand)
        if pin:
            known[journey].append((brand, (key, journey, pin)))
    return {
        row.pk: mark_of(
            source(row), row.current_id, [one for brand, one in known[row.key] + known[""] if brand == row.brand_id]
        )
        for row in rows
    }  # fmt: skip


class _Words:
    """When the blocks of each brand were last changed; read once, where it is asked."""

    @cached_property
    def _known(self) -> dict[int, list[str]]:
        known: dict[int, list[str]] = defaultdict(list)
        for brand, key, at in Block.objects.order_by("key").values_list("brand", "key", "changed_at"):
            known[brand].append(f"{key} {at.isoformat()}")
        return known

    def of(self, brand: int) -> str:
        """A brand's blocks, as part of a pin."""
        return " ".join(["", *self._known.get(brand, ())])


def source(row: Journey) -> str:
    """The text that would be published: the draft, or the current version's where there is none."""
    return row.draft or (row.current.source if row.current else "")


def mark_of(text: str, current: int | None, templates: Iterable[Pinned]) -> str:
    """A name for all that decides what publishing does. Pure.

    A shared template counts where its key is a word of the text: that may be one too many, never one too few.
    """
    words = set(_WORD.findall(text))
    counted = sorted(one for one in templates if one[1] or one[0] in words)
    told = json.dumps([text, current, counted]).encode()
    return hashlib.sha256(told).hexdigest()[:40]


def checked(row: Journey, asked: Proposal, now: datetime) -> Checked:
    """The proposal, checked; DefinitionError with all that keeps it from being published."""
    answer = check(asked.journey, asked.templates)
    if answer.definition.key != row.key:
        what = f"the draft calls itself “{answer.definition.key}”, and this is the journey “{row.key}”"
        mend = f"Write {row.key} as its key."
        raise DefinitionError([Problem(("journey",), 1, 1, "other_key", what, mend, asked.journey.file)])
    refuse_what_is_over(answer, row, asked.journey.file, now)
    return answer


def publish_proposal(row: Journey, mark: str, now: datetime, by: Any) -> Published:
    """Publish exactly what the mark names; raises Changed where it is something else by now, and DefinitionError.

    The journey's row is locked before it is compared, so that no draft is saved between the look and the publishing.
    """
    with transaction.atomic():
        look_again(row.key, now)  # the door's lock comes first, as in `publish`
        locked = (
            Journey.objects.select_for_update(of=("self",)).select_related("current", "brand").get(pk=row.pk)
        )
        asked = proposal(locked)
        if asked.mark != mark:
            raise Changed
        checked(locked, asked, now)
        return publish(asked.journey, asked.templates, now, by=by)
