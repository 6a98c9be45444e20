"""A draft on the canvas: opened with its revision, edited on the server, saved unless somebody else has been faster."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction

from orchestrator.domain.definition import Node
from orchestrator.domain.definition.arms import walk_steps
from orchestrator.journeys import yaml_edit, yaml_write
from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.sdk import Path
from orchestrator.studio.canvas import kinds_now


@dataclass(frozen=True, slots=True)
class Conflict(Exception):
    """The draft has become another since it was opened: by whom ("" if nobody knows), when, and what it is now."""

    who: str
    at: datetime
    text: str
    revision: str


def revision(text: str) -> str:
    """A name for a text: the same text has the same name, so that nobody conflicts with what they wrote themselves."""
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:20]


def opened(journey: Journey) -> str:
    """The draft; of a journey that has none yet, where to begin."""
    if journey.draft.strip():
        return journey.draft.replace("\r\n", "\n")
    begin = {
        "journey": journey.key,
        "title": journey.title or journey.key,
        "purpose": "marketing",
        "entry": {"event": "customer.signed_up"},
        "steps": [],
    }
    return yaml_write.document(begin)


def save(journey: Journey, text: str, since: str, by: Any, now: datetime) -> bool:
    """Keep a draft, if it still is what `since` names; raises Conflict. False: there was nothing to change.

    One conditional write: of two who save at once, one is told. Who edited is noted with it (`journeys/edits.py`).
    """
    if revision(journey.draft) != since:
        raise _conflict(journey)
    if text == journey.draft:
        return False
    unchanged = Journey.objects.filter(pk=journey.pk, draft=journey.draft)
    with transaction.atomic():
        saved = unchanged.update(draft=text, updated_at=now)
        if saved:
            note_edit(journey.key, by, now)
    if not saved:
        raise _conflict(Journey.objects.get(pk=journey.pk))
    return True


def _conflict(journey: Journey) -> Conflict:
    kind = ContentType.objects.get_for_model(Journey)
    entries = LogEntry.objects.filter(content_type=kind, object_id=str(journey.pk)).select_related("user")
    last = entries.order_by("-action_time", "-pk").first()
    who = last.user.get_full_name() or last.user.get_username() if last is not None else ""
    return Conflict(who, journey.updated_at, opened(journey), revision(journey.draft))


def edit(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    """Do what the canvas asks; answers the new text and the path of what is to be chosen then.

    Raises CannotEdit, DefinitionError for a text that cannot be read, and KeyError or TypeError for what no canvas asks.
    """
    verb = VERBS[str(asked["do"])]
    return verb(text, asked)


def _insert(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    into, index, value = _path(asked["into"]), _index(asked["index"]), asked["value"]
    if asked.get("step", True):
        value = {**value, "id": _fresh(_readable(value), _ids(read(text)))}
    return yaml_edit.insert(text, into, index, value), (*into, index)


def _delete(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    path = _path(asked["path"])
    return yaml_edit.delete(text, path), path


def _move(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    path, into, index = _path(asked["path"]), _path(asked["into"]), _index(asked["index"])
    moved = yaml_edit.move(text, path, into, index)
    return moved, yaml_edit.place_after(path, into, index)


def _duplicate(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    """The copy's steps get ids of their own, and what it says of its own steps follows them."""
    path = _path(asked["path"])
    copy = (*path[:-1], _index(path[-1]) + 1)
    taken, doubled = _ids(read(text)), yaml_edit.duplicate(text, path)
    given: dict[str, str] = {}
    block = Node([read(doubled).at(copy)])
    for below, step, _kind in walk_steps(block, kinds_now(), ()):
        was = step.child("id")
        if was is None:
            continue
        given[str(was.value)] = _fresh(re.sub(r"_\d+$", "", str(was.value))[:55], taken)
        doubled = yaml_edit.change(doubled, (*copy, *below[1:]), {"id": given[str(was.value)]})
    for holder in list(_naming(read(doubled).at(copy), copy, given)):
        name = str(read(doubled).at((*holder, "of")).value)
        doubled = yaml_edit.change(doubled, holder, {"of": given[name]})
    return doubled, copy


def _change(text: str, asked: Mapping[str, Any]) -> tuple[str, Path]:
    """`written`: values as they would stand in the text, `fields`: as they are."""
    path, fields = _path(asked["path"]), dict(asked.get("fields") or {})
    for name, told in dict(asked.get("written") or {}).items():
        fields[str(name)] = read(str(told)).plain()
    without = tuple(str(name) for name in asked.get("without") or ())
    return yaml_edit.change(text, path, fields, without), path


VERBS = {"insert": _insert, "delete": _delete, "move": _move, "duplicate": _duplicate, "change": _change}


def _naming(node: Node, path: Path, given: Mapping[str, str]) -> list[Path]:
    """The mappings whose `of` names a step of the copy."""
    found, work = [], [(path, node)]
    while work:
        here, one = work.pop()
        if isinstance(one.value, dict):
            of = one.value.get("of")
            found += [here] if of is not None and of.value in given else []
            work.extend(((*here, key), child) for key, child in one.value.items())
        elif isinstance(one.value, list):
            work.extend(((*here, index), child) for index, child in enumerate(one.value))
    return found


def _path(written: Any) -> Path:
    if not isinstance(written, list) or not all(type(part) in (str, int) for part in written):
        raise TypeError("a path is a list of names and numbers")
    return tuple(written)


def _index(written: Any) -> int:
    if type(written) is not int or written < 0:
        raise TypeError("a place is a number from 0")
    return written


def _ids(tree: Node) -> set[str]:
    steps = walk_steps(tree.child("steps"), kinds_now())
    return {str(one.value) for _path, step, _kind in steps if (one := step.child("id")) is not None}


def _readable(step: Mapping[str, Any]) -> str:
    kind = next(iter(step), "step")
    head = step.get(kind)
    words = f"{kind} {head}" if isinstance(head, str | int) and not isinstance(head, bool) else kind
    slug = re.sub(r"[^a-z0-9]+", "_", words.lower()).strip("_")[:55].rstrip("_")
    return slug if slug[:1].isalpha() else f"step_{slug}".rstrip("_")


def _fresh(slug: str, taken: set[str]) -> str:
    number, answer = 1, slug
    while answer in taken:
        number += 1
        answer = f"{slug}_{number}"
    taken.add(answer)
    return answer
