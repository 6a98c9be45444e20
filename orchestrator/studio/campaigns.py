"""Send once: from a form's fields to the files a campaign is made of. What is sent is what those files say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from orchestrator.domain.definition.audiences import AudienceTrigger
from orchestrator.domain.staircase import Staircase
from orchestrator.journeys.check import check
from orchestrator.journeys.folders import Text
from orchestrator.journeys.staircase import Imagined, staircase

CAMPAIGN, TEMPLATE = "campaign.yaml", "templates/message.yaml"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a marketer filled in. `texts`: language -> part ("subject", "html", "sms") -> what was written."""

    key: str
    title: str
    topic: str
    segment: str
    leave_out: str
    at: datetime
    own_clock: bool
    via: tuple[str, ...]
    texts: Mapping[str, Mapping[str, str]]
    waves: tuple[str, ...] = ()
    every: str = ""


def files(wish: Wish) -> tuple[Text, Text]:
    """The campaign and its template, as they would lie in a folder."""
    return Text(CAMPAIGN, _campaign(wish)), Text(TEMPLATE, _template(wish))


def foresee(wish: Wish, now: datetime) -> Staircase:
    """Whom it would reach; DefinitionError with all that keeps it from being sent at all."""
    campaign, template = files(wish)
    definition = check(campaign, [template]).definition
    (trigger,) = definition.entry.triggers
    assert isinstance(trigger, AudienceTrigger)
    return staircase(Imagined.of(definition, trigger), now)


def _campaign(wish: Wish) -> str:
    audience: dict[str, Any] = {"segment": wish.segment, "at": f"{wish.at:%Y-%m-%d %H:%M}"}
    if wish.leave_out:
        audience["except"] = {"segment": wish.leave_out}
    if wish.own_clock:
        audience["zone"] = "customer"
    if wish.waves:
        audience["pace"] = {
            "waves": list(wish.waves),
            "every": wish.every,
            "stop_if": {"complaints": "0.1%", "bounces": "2%"},
        }
    fields: dict[str, Any] = {"campaign": wish.key, "title": wish.title}
    fields |= {"topic": wish.topic} if wish.topic else {}
    return _yaml(fields | {"audience": audience, "send": wish.key, "via": list(wish.via)})


def _template(wish: Wish) -> str:
    parts: dict[str, Any] = {"template": wish.key}
    if "email" in wish.via:
        said = {name: {"subject": one["subject"], "html": one["html"]} for name, one in wish.texts.items()}
        parts["email"] = {name: one for name, one in said.items() if one["subject"] or one["html"]}
    if "sms" in wish.via:
        parts["sms"] = {name: {"text": one["sms"]} for name, one in wish.texts.items() if one["sms"]}
    return _yaml(parts)


def _yaml(fields: Mapping[str, Any]) -> str:
    """A field a line; values as JSON, which YAML reads as it is written."""
    return "".join(f"{name}: {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields.items())
