"""TRIAL: a template that is not published, through the real renderer, as one person would get it. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from orchestrator import registry
from orchestrator.messaging.compose import context_of, shared_context
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.language import pick_language
from orchestrator.messaging.content.prepare import digest, prepare
from orchestrator.messaging.content.render import Answer, RenderJob, renderer
from orchestrator.messaging.content.source import TemplateSource
from orchestrator.messaging.facts import PersonRow
from orchestrator.sdk.value import value
from orchestrator.workspace.models import Brand, Workspace

CHANNELS = ("email", "sms", "push")
NO_MESSAGE = "0" * 32  # the key that the links of a trial carry: no message has it, so they lead nowhere
NOBODY = PersonRow("", "", "", "", {}, "full", None, None, None)


@value
class Tried:
    """What somebody with this `language` gets by a channel: the words written in `written`, or what is wrong with them."""

    channel: str
    language: str
    written: str
    answer: Answer | TemplateFault


def try_out(
    source: TemplateSource,
    purpose: str,
    languages: Sequence[str],
    brand: Brand,
    person: PersonRow = NOBODY,
    parameters: Mapping[str, Any] | None = None,
    members: Set[str] = frozenset(),
) -> list[Tried]:
    """Every channel of the template in each language, in one batch; what is wrong with one keeps no other away.

    `members`: the keys of the segments the person is in, of those that the template asks of.
    Raises RenderProcessBroken if there can be no renderer.
    """
    workspace = Workspace.get()
    told: list[Tried | None] = []
    jobs: list[tuple[int, Tried, RenderJob]] = []
    for channel in CHANNELS:
        parts: Mapping[str, Any] = getattr(source, channel)
        for language in languages if parts else ():
            chain = tuple(dict.fromkeys([language, *workspace.languages]))
            written = pick_language(parts, chain[0], chain[1:])
            one = Tried(channel, language, written, TemplateFault("", 0, ""))
            alone = _alone(source, channel, written)
            try:
                prepared = prepare(alone, purpose, filters=registry.current().filters)
            except TemplateFault as fault:
                told.append(replace(one, answer=fault))
                continue
            shared = shared_context(brand, chain, workspace)
            context = context_of(person, dict(parameters or {}), NO_MESSAGE, shared)
            if "segments" in prepared:
                context["segments"] = sorted(members) if person.personalization == "full" else []
            jobs.append((len(told), one, _job(channel, chain, prepared, context, brand)))
            told.append(None)
    for (place, one, _), answer in zip(jobs, renderer().render([job for *_, job in jobs]), strict=True):
        told[place] = replace(one, answer=answer)
    return [one for one in told if one is not None]


def _alone(source: TemplateSource, channel: str, language: str) -> TemplateSource:
    """One channel's words in one language."""
    parts: dict[str, Any] = {name: {} for name in CHANNELS}
    parts[channel] = {language: getattr(source, channel)[language]}
    return replace(source, **parts)


def _job(
    channel: str, chain: tuple[str, ...], prepared: dict[str, Any], context: dict[str, Any], brand: Brand
) -> RenderJob:
    return RenderJob(
        template=digest(prepared),
        prepared=prepared,
        channel=channel,
        languages=chain,
        context=context,
        sender_name=brand.sms_sender if channel == "sms" else brand.sender_name or brand.name,
        sender_address=brand.sender_address,
    )
