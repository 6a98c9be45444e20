"""COMPOSE: from facts to rendered content, late, in the delivery worker.

What a message is rendered from is frozen at its first gate (`MessageBody`); a retry renders the same bytes from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from orchestrator.domain import utm
from orchestrator.domain.policy import SYSTEM
from orchestrator.messaging.content.render import Rendered, RenderFailure, RenderJob, renderer
from orchestrator.messaging.content.sms import count_parts
from orchestrator.messaging.counting import counted, tracked
from orchestrator.messaging.facts import Loaded, PersonRow
from orchestrator.messaging.links import opens, url
from orchestrator.messaging.memberships import Members, read_members
from orchestrator.messaging.models import MessageBody, TemplateVersion
from orchestrator.messaging.rows import Claimed
from orchestrator.sdk.value import value
from orchestrator.sdk.values import EmailContent, PushContent, SmsContent
from orchestrator.workspace.models import Brand, Workspace

TEST = "[TEST]"


@value
class Draft:
    """What a message will be rendered from. `frozen`: an earlier gate has fixed it already."""

    message: Claimed
    context: dict[str, Any]
    languages: tuple[str, ...]
    composed_at: datetime
    frozen: bool


def draft(messages: Sequence[Claimed], loaded: Loaded, now: datetime) -> list[Draft]:
    """The frozen bodies where there are any, fresh ones otherwise."""
    bodies = MessageBody.objects.in_bulk(
        [message.id for message in messages if message.attempts or message.maybe_sent]
    )
    brands = {
        brand.id: brand for brand in Brand.objects.filter(id__in={message.brand_id for message in messages})
    }
    asked, members = _members([message for message in messages if message.id not in bodies], loaded)
    shared: dict[tuple[int, tuple[str, ...]], dict[str, Any]] = {}
    answer = []
    for message in messages:
        body = bodies.get(message.id)
        if body is not None:
            answer.append(Draft(message, body.context, tuple(body.languages), body.composed_at, True))
            continue
        person = loaded.people[message.customer_id]
        workspace = loaded.limits.workspace
        languages = _languages(person, workspace)
        known = (message.brand_id, languages)
        if known not in shared:
            shared[known] = shared_context(brands[message.brand_id], languages, workspace)
        context = _context(message, person, brands[message.brand_id], workspace, shared[known])
        if message.id in asked:
            context["segments"] = sorted(members.get(message.customer_id, set()) & asked[message.id])
        answer.append(Draft(message, context, languages, now, False))
    return answer


def _members(messages: Sequence[Claimed], loaded: Loaded) -> tuple[dict[int, frozenset[str]], Members]:
    """What each message's template asks of segments, and who is in them: one query, none where nothing is asked.

    Of people who turned personalization off it is not asked: they are shown what everybody is who is in none.
    """
    asked: dict[int, frozenset[str]] = {}
    whom: set[int] = set()
    for message in messages:
        if keys := template(message.template_version_id)[1].get("segments"):
            asked[message.id] = frozenset(keys)
            if message.purpose == SYSTEM or loaded.people[message.customer_id].personalization == "full":
                whom.add(message.customer_id)
    return asked, read_members(whom, frozenset().union(*asked.values())) if asked else {}


def render(drafts: Sequence[Draft]) -> list[Rendered | RenderFailure]:
    """Render in one batch; one answer each, in order."""
    brands = {
        brand.id: brand for brand in Brand.objects.filter(id__in={one.message.brand_id for one in drafts})
    }
    answers = renderer().render([_job(one, brands[one.message.brand_id]) for one in drafts])
    return [
        _marked(one, answer) if one.message.test else answer
        for one, answer in zip(drafts, answers, strict=True)
    ]


def _marked(one: Draft, answer: Rendered | RenderFailure) -> Rendered | RenderFailure:
    """A test says that it is one, where its reader looks first."""
    if not isinstance(answer, Rendered):
        return answer
    content = answer.content
    match content:
        case EmailContent():
            content = replace(content, subject=f"{TEST} {content.subject}")
        case SmsContent():
            text = f"{TEST} {content.text}"
            content = replace(content, text=text, parts=count_parts(text))
        case PushContent():
            content = replace(content, title=f"{TEST} {content.title}")
    return replace(answer, content=content)


def _job(one: Draft, brand: Brand) -> RenderJob:
    message = one.message
    digest, prepared = template(message.template_version_id)
    headers = {}
    if message.channel == "email" and message.purpose == "marketing":
        # The same bytes at every attempt, but for a link that has died since: a way out must be one.
        link = one.context["unsubscribe_url"]
        if one.frozen and not opens("u", link):
            link = url("u", message.key)
        headers = {
            "List-Unsubscribe": f"<{link}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return RenderJob(
        template=digest,
        prepared=prepared,
        channel=message.channel,
        languages=one.languages,
        context=one.context,
        sender_name=brand.sms_sender if message.channel == "sms" else brand.sender_name or brand.name,
        sender_address=brand.sender_address,
        headers=headers,
        **counted(message.key, one.context),
    )


@lru_cache(maxsize=512)
def template(version_id: int) -> tuple[str, dict[str, Any]]:
    """(digest, prepared) of a template version; versions are immutable, so keeping them is safe."""
    version = TemplateVersion.objects.only("digest", "prepared").get(pk=version_id)
    return version.digest, version.prepared


def shared_context(brand: Brand, languages: Sequence[str], workspace: Workspace) -> dict[str, Any]:
    """What everybody's context holds of a brand in these languages: the same objects in each, only read from here on."""
    return {
        "brand": {
            "name": brand.name,
            "footer": _footer(brand, languages),
            "logo_url": brand.logo_url,
            "colour": brand.colour,
        },
        "shop": {"url": brand.site_url},
        "currency": workspace.currency,
    }


def _context(
    message: Claimed, person: PersonRow, brand: Brand, workspace: Workspace, shared: dict[str, Any]
) -> dict[str, Any]:
    """Plain JSON. A person who turned personalization off is addressed without their attributes and events."""
    if message.purpose == SYSTEM:
        return _for_system(message, person, brand, workspace)
    # Frozen with the rest: whatever the workspace writes later, this message's links stay the same.
    told = context_of(person, message.parameters, message.key, shared)
    utm_, prepared = _utm(message, brand, workspace), template(message.template_version_id)[1]
    return {**told, "utm": utm_, **tracked(message, person, workspace, prepared)}


def context_of(
    person: PersonRow, parameters: dict[str, Any], key: str, shared: dict[str, Any]
) -> dict[str, Any]:
    """What a template sees of a person, of why they get it (`parameters`), and of the message with this key."""
    full = person.personalization == "full"
    attributes = person.attributes if full else _basic(person)
    if not full:
        parameters = {name: parameters[name] for name in ("journey",) if name in parameters}
    return {
        "event": {},
        "entry": {},
        **parameters,
        "customer": {**attributes, "language": person.language, "country": person.country},
        **shared,
        "unsubscribe_url": url("u", key),
        "preferences_url": url("p", key),
        "confirm_url": url("d", key),
    }


def _utm(message: Claimed, brand: Brand, workspace: Workspace) -> str:
    """What is added to the message's links; "" where nothing is."""
    variant = message.parameters.get("journey", {}).get("variant", "")
    return utm.fill(
        workspace.utm,
        {
            "brand": brand.key,
            "campaign": message.journey,
            "channel": message.channel,
            "journey": message.journey,
            "step": message.step,
            "topic": message.topic,
            "variant": variant,
        },
    )


def _for_system(message: Claimed, person: PersonRow, brand: Brand, workspace: Workspace) -> dict[str, Any]:
    """All we know of the person, of which the author writes out what the system needs; no links that act for them."""
    known = {"external_id": person.external_id, "language": person.language, "country": person.country}
    return {
        "event": {},
        "entry": {},
        **message.parameters,
        "customer": {**person.attributes, **known},
        "brand": {"name": brand.name, "logo_url": brand.logo_url, "colour": brand.colour},
        "shop": {"url": brand.site_url},
        "currency": workspace.currency,
    }


def _footer(brand: Brand, languages: Sequence[str]) -> str:
    """The brand's footer in the first of these languages that has one; `pt` serves `pt-BR`."""
    tried = [name for language in languages for name in (language, language.partition("-")[0])]
    return next((brand.footer[name] for name in [*tried, *brand.footer] if brand.footer.get(name)), "")


def _basic(person: PersonRow) -> dict[str, Any]:
    if person.personalization == "none":
        return {}
    return {
        name: person.attributes[name] for name in ("first_name", "last_name") if name in person.attributes
    }


def _languages(person: PersonRow, workspace: Workspace) -> tuple[str, ...]:
    chain = [person.language, *workspace.languages]
    return tuple(dict.fromkeys(language for language in chain if language))
