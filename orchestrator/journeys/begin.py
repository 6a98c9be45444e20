"""BEGIN: a new journey as a draft, empty or as a folder of files has it, with the folder's templates as drafts of its own."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orchestrator.domain.definition import DefinitionError, Node
from orchestrator.domain.definition.campaign import is_campaign
from orchestrator.domain.definition.reading import KEY
from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.folders import Folder
from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.journeys.yaml_edit import change
from orchestrator.journeys.yaml_places import CannotEdit
from orchestrator.messaging.models import Template
from orchestrator.sdk import Path
from orchestrator.workspace.models import Brand

_TRIES = 3
_LONGEST = 57  # of a key, so that a number fits behind it


class CannotBegin(Exception):
    """A folder's files cannot be taken over: what is wrong, and how to mend it, in words."""


def begin(title: str, now: datetime, folder: Folder | None = None, by: Any = None) -> Journey:
    """Make the draft; its key is the folder's, or made of the title, with a number behind it where it is taken.

    Raises CannotBegin. Who was faster with the same key keeps it, and the other takes the next.
    """
    for _try in range(_TRIES):
        with suppress(IntegrityError), transaction.atomic():
            made = _begin(title, now, folder)
            note_edit(made.key, by, now)
            return made
    raise CannotBegin(_("Others begin journeys of this name right now: try again."))


def check(folder: Folder) -> None:
    """Raises CannotBegin where a folder's files cannot be taken over."""
    _tree(folder)
    templates(folder)


def _begin(title: str, now: datetime, folder: Folder | None) -> Journey:
    tree = _tree(folder) if folder is not None else None
    written = _plain(tree, "journey") if tree is not None else _slug(title)
    brand = _brand(_plain(tree, "brand") if tree is not None else "")
    key = _free(written)
    text = _renamed(folder.journey.text, written, key, title) if folder is not None else ""
    made = Journey.objects.create(key=key, title=title, brand=brand, draft=text)
    if folder is not None:
        Template.objects.bulk_create(
            Template(key=name, brand=brand, journey=key, draft=text, draft_at=now)
            for name, text in templates(folder).items()
        )
    return made


def templates(folder: Folder) -> dict[str, str]:
    """The texts of a folder's templates by key; raises CannotBegin."""
    found: dict[str, str] = {}
    for one in folder.templates:
        name = _plain(_read(one.opened, one.file), "template")
        if not KEY.fullmatch(name) or name in found:
            raise CannotBegin(_("%(file)s: a template needs a key of its own.") % {"file": one.file})
        found[name] = one.text
    return found


def _tree(folder: Folder) -> Node:
    tree = _read(folder.journey.opened, folder.journey.file)
    if is_campaign(tree) or not KEY.fullmatch(_plain(tree, "journey")):
        raise CannotBegin(_("%(file)s: a journey needs a key.") % {"file": folder.journey.file})
    return tree


def _read(opened: Any, file: str) -> Node:
    """The tree of a text that the database can keep."""
    try:
        text = opened()
        text.encode()
        if "\0" not in text:
            return read(text, file)
    except DefinitionError as error:
        one = error.problems[0]
        raise CannotBegin(f"{file}: {one.what}. {one.mend}".strip()) from None
    except UnicodeEncodeError:
        pass
    raise CannotBegin(_("%(file)s: this is not UTF-8 text.") % {"file": file})


def _plain(tree: Node, name: str) -> str:
    """A field's text; "" where there is none."""
    child = tree.child(name) if isinstance(tree.value, dict) else None
    return child.value if child is not None and isinstance(child.value, str) else ""


def _brand(key: str) -> Brand:
    """The brand that publishing would take, or the first there is."""
    found = Brand.objects.filter(key=key or "default").first() or Brand.objects.order_by("key").first()
    if found is None:
        raise CannotBegin(_("There is no brand yet: add one first."))
    return found


def _free(wanted: str) -> str:
    """The key, or the first with a number behind it that no journey has, nor templates of one that is gone."""
    base, number = wanted[:_LONGEST], 1
    taken = {
        *Journey.objects.filter(key__startswith=base).values_list("key", flat=True),
        *Template.objects.filter(journey__startswith=base).values_list("journey", flat=True).distinct(),
    }
    free = wanted
    while free in taken:
        number += 1
        free = f"{base}_{number}"
    return free


def _slug(title: str) -> str:
    """A key that reads like the title."""
    letters = unicodedata.normalize("NFKD", title.lower().replace("ł", "l").replace("ß", "ss"))
    slug = re.sub(r"[^a-z0-9]+", "_", letters.encode("ascii", "ignore").decode()).strip("_")[:_LONGEST]
    slug = slug.rstrip("_")
    return slug if slug[:1].isalpha() else f"journey_{slug}".rstrip("_")[:_LONGEST]


def _renamed(text: str, was: str, key: str, title: str) -> str:
    """The text under another key, which its own rules then name as well; comments and titles it has already stay."""
    tree = read(text)
    try:
        if key != was:
            for path in list(_naming(tree, was)):
                text = change(text, path, {"journey": key})
        named = tree.child("title")
        titles = named.plain() if named is not None else None
        if title not in (titles.values() if isinstance(titles, dict) else [titles]):
            text = change(text, (), {"title": title})
    except CannotEdit as error:
        raise CannotBegin(str(error)) from None
    return text


def _naming(tree: Node, key: str) -> Iterator[Path]:
    """The mappings that name the journey: its head, and rules about what it sent."""
    work: list[tuple[Path, Node]] = [((), tree)]
    while work:
        here, one = work.pop()
        if isinstance(one.value, dict):
            if _plain(one, "journey") == key:
                yield here
            work.extend(((*here, name), child) for name, child in one.value.items())
        elif isinstance(one.value, list):
            work.extend(((*here, index), child) for index, child in enumerate(one.value))
