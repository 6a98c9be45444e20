"""In what two definitions of a journey differ, in sentences: for the page that publishes, and between two versions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator.journeys.changes import Changes
from orchestrator.journeys.yaml_write import flow
from orchestrator.studio import canvas_words, outline
from orchestrator.studio.numbers import grouped

Tree = Mapping[str, Any]
SIGNS: Mapping[str, tuple[str, Any]] = {
    "added": ("add_circle", gettext_lazy("new")),
    "removed": ("do_not_disturb_on", gettext_lazy("gone")),
    "changed": ("edit", gettext_lazy("changed")),
    "moved": ("move_down", gettext_lazy("moved")),
    "header": ("tune", gettext_lazy("changed")),
}

_NAMED = ("goal", "exit_when", "holdout")  # fields whose sentence says what it is about


@dataclass(frozen=True, slots=True)
class Line:
    """One difference: its sign and word, what it is about, what it was before ("" if nothing), and what it is now.

    `note`: what else a reader should know of it.
    """

    kind: str
    icon: str
    word: str
    about: str
    before: str
    after: str
    id: str = ""
    note: str = ""


def lines(changes: Changes, before: Tree, after: Tree) -> Iterator[Line]:
    """Each difference of two stored definitions, of which `changes` are told; the header first, then steps as written."""
    old, new = outline.sentences(before), outline.sentences(after)
    for name in changes.header:
        about = "" if name in _NAMED else canvas_words.field(name)
        yield _line("header", about, said(name, before), said(name, after))
    for id_, sentence in changes.added.items():
        yield _line("added", "", "", _of(new, id_, sentence), id_)
    for id_, sentence in changes.removed.items():
        yield _line("removed", "", _of(old, id_, sentence), "", id_)
    for id_, step in changes.changed.items():
        was, now = _of(old, id_, step.before), _of(new, id_, step.after)
        if was == now and not step.moved:
            now = _("%(step)s (other settings)") % {"step": now}
        yield _line("moved" if step.moved else "changed", "", was, now, id_)
    if changes.reordered:
        yield _line("moved", _("order"), "", _("The steps stand in another order."))


def headline(changes: Changes) -> str:
    """All differences in one sentence: "1 step new, 2 changed; who enters changed"."""
    added, removed, changed = len(changes.added), len(changes.removed), len(changes.changed)
    told = [
        (added, ngettext("%(count)s step new", "%(count)s steps new", added)),
        (removed, ngettext("%(count)s step gone", "%(count)s steps gone", removed)),
        (changed, ngettext("%(count)s step changed", "%(count)s steps changed", changed)),
    ]
    parts = [text % {"count": grouped(count)} for count, text in told if count]
    if changes.header:
        names = ", ".join(canvas_words.field(name) for name in changes.header)
        parts.append(_("changed of the journey itself: %(names)s") % {"names": names})
    if changes.reordered:
        parts.append(_("steps in another order"))
    return "; ".join(parts)


def said(name: str, tree: Tree) -> str:
    """A field of the journey itself as one would tell it; "" where it is not written."""
    value = tree.get(name)
    if value in (None, "", [], {}):
        return ""
    if name == "entry":
        told = outline.read({"entry": value})
        return "; ".join([*told.entries, *told.conditions])
    if name in _NAMED:
        return "; ".join(outline.read({name: value}).conditions)
    return value if isinstance(value, str) else flow(value)


def _of(known: Mapping[str, outline.Row], id_: str, sentence: str) -> str:
    return known[id_].text if id_ in known else sentence


def _line(kind: str, about: str, before: str, after: str, id_: str = "") -> Line:
    icon, word = SIGNS[kind]
    return Line(kind, icon, str(word), about, before, after, id_)
