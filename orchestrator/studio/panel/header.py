"""The journey's own fields, as inputs of the panel."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import get_language

from orchestrator.studio import canvas_words, template_words
from orchestrator.workspace.models import Brand, Topic, Workspace

MOST = 200
_NAMES = (
    *("title", "purpose", "topic", "brand", "priority", "entry", "goal", "exit_when", "holdout", "expires"),
    "on_cap",
)
_AS = {
    "title": "languages", "purpose": "choice", "topic": "choice", "brand": "choice", "priority": "number",
    "entry": "yaml", "goal": "yaml", "exit_when": "yaml", "holdout": "percent", "on_cap": "choice",
}  # fmt: skip
_FORMS = {"entry": "entry", "goal": "goal", "exit_when": "rules"}


def inputs() -> list[dict[str, Any]]:
    """Each with its label and what may be chosen in it; a query for topics and one for brands."""
    offered = {
        "purpose": _plainly(("marketing", "transactional")),
        "on_cap": _plainly(("hold", "skip", "fallback")),
        "topic": [(one.key, _title(one)) for one in Topic.objects.order_by("key")[:MOST]],
        "brand": list(Brand.objects.order_by("key").values_list("key", "name")[:MOST]),
    }
    return [_input(name, offered.get(name, [])) for name in _NAMES]


def _input(name: str, offered: list[tuple[str, str]]) -> dict[str, Any]:
    told: dict[str, Any] = {"name": name, "label": canvas_words.field(name), "help": ""}
    told |= {"required": name in ("title", "entry"), "as": _AS.get(name, "text")}
    if name in _FORMS:
        told["form"] = _FORMS[name]
    if offered:
        told |= {"choices": [key for key, _title in offered], "called": dict(offered)}
    if name == "title":
        codes = Workspace.get().languages or ["en"]
        told["languages"] = list(template_words.languages(codes).items())
    return told


def _plainly(names: Iterable[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


def _title(topic: Topic) -> str:
    titles = topic.title if isinstance(topic.title, dict) else {}
    return str(titles.get(get_language() or "en") or titles.get("en") or topic.key)
