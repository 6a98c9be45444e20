"""The journeys that come along as files, as a new one is begun from: title, sentence, picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from orchestrator.journeys.begin import CannotBegin, check
from orchestrator.journeys.folders import NAMES, Folder, find_folders
from orchestrator.studio import canvas, sketch
from orchestrator.studio.numbers import grouped

MOST = 40  # folders that are shown
_LONGEST = 400  # letters of a picture's words


@dataclass(frozen=True, slots=True)
class Shipped:
    """One to choose. `id` names its folder below JOURNEYS_DIR; `trouble`: why it cannot be chosen, if so."""

    id: str
    title: str
    said: str
    picture: SafeString | str
    trouble: str = ""


def folders() -> dict[str, Folder]:
    """The folders of journeys by name; campaigns are begun on a page of their own."""
    root = Path(settings.JOURNEYS_DIR)
    found = find_folders(root) if root.is_dir() else iter(())
    return {one.path.relative_to(root).as_posix(): one for one in found if _is_journey(one)}


def read() -> list[Shipped]:
    """Those to choose from, by folder."""
    return [_shipped(name, one) for name, one in list(folders().items())[:MOST]]


def empty_picture() -> SafeString:
    """What an empty journey looks like."""
    return sketch.draw((), _("A picture: people enter, and leave at once."))


def _is_journey(folder: Folder) -> bool:
    return not (folder.path / NAMES[1]).exists()


def _shipped(name: str, folder: Folder) -> Shipped:
    try:
        check(folder)
    except CannotBegin as error:
        return Shipped(name, folder.path.name, "", "", str(error))
    seen = canvas.look(folder.journey.text)
    return Shipped(name, _title(seen["header"], folder), _said(seen), _picture(seen["steps"]))


def _title(header: Mapping[str, Any], folder: Folder) -> str:
    """In the reader's language, else in the first it is written in."""
    title = header["fields"].get("title")
    if isinstance(title, dict):
        language = (get_language() or "").partition("-")[0]
        title = title.get(language) or next(iter(title.values()), "")
    return title if isinstance(title, str) and title.strip() else folder.path.name


def _said(seen: Mapping[str, Any]) -> str:
    """ "When somebody signs up: 3 messages, 9 steps." """
    kinds = [step["kind"] for step in _walk(seen["steps"])]
    sends = kinds.count("send")
    told = {
        "entry": _one_sentence(next(iter(seen["header"]["words"]), "")),
        "messages": ngettext("%(count)s message", "%(count)s messages", sends) % {"count": grouped(sends)},
        "steps": ngettext("%(count)s step", "%(count)s steps", len(kinds)) % {"count": grouped(len(kinds))},
    }
    return _("%(entry)s. %(messages)s, %(steps)s.") % told


def _one_sentence(entries: str) -> str:
    """ "When this happens; when that happens": what follows begins with a small letter."""
    first, *others = entries.split("; ")
    return "; ".join([first, *(one[:1].lower() + one[1:] for one in others)])


def _picture(steps: Sequence[Mapping[str, Any]]) -> SafeString:
    said = "; ".join(step["text"] for step in _walk(steps))
    if len(said) > _LONGEST:
        said = said[:_LONGEST].rpartition(";")[0] + "; …"
    return sketch.draw(steps, _("A picture of its steps: %(steps)s") % {"steps": said})


def _walk(steps: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for step in steps:
        yield step
        for arm in step["arms"]:
            yield from _walk(arm["steps"])
