"""Rules as they are told of one person: what the workspace declared sensitive is not named, and its value not shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from orchestrator.messaging.content.sensitive import Sensitive
from orchestrator.messaging.sensitive import declared
from orchestrator.studio import rules
from orchestrator.workspace.models import Workspace


def say_discreetly(rule: Any, workspace: Workspace) -> str:
    """A rule in words, as `rules.say`; what is sensitive in it only by its kind."""
    return rules.say(hidden(rule, declared(workspace)))


def discreet(definitions: Sequence[Mapping[str, Any]], sensitive: Sensitive) -> list[Mapping[str, Any]]:
    """Stored definitions of journeys with the same done to every rule in them."""
    return [hidden(one, sensitive) for one in definitions] if sensitive else list(definitions)


def hidden(value: Any, sensitive: Sensitive) -> Any:
    """The value with each sensitive fact in it, at any depth, replaced by words that say no more than its kind."""
    if isinstance(value, list):
        return [hidden(one, sensitive) for one in value]
    if not isinstance(value, Mapping):
        return value
    if said := _kind(value, sensitive):
        return {rules.HIDDEN: said}
    return {key: hidden(one, sensitive) for key, one in value.items()}


def _kind(leaf: Mapping[str, Any], sensitive: Sensitive) -> str:
    if sensitive.has_attribute(str(leaf.get("attribute", ""))):
        return _("a sensitive attribute")
    if str(leaf.get("event", "")) in sensitive.events:
        return _("a sensitive event")
    return _("a sensitive segment") if str(leaf.get("segment", "")) in sensitive.segments else ""
