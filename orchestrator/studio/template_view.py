"""What the template editor shows of a text that is being written: each message as one customer gets it, and its faults."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from orchestrator import registry
from orchestrator.domain.definition import Problem
from orchestrator.journeys.check import CONTEXT_ROOTS
from orchestrator.journeys.template_text import Parts, source_of
from orchestrator.messaging.blocks import with_blocks
from orchestrator.messaging.content.child import RenderProcessBroken
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.lint import lint
from orchestrator.messaging.content.render import RenderFailure
from orchestrator.messaging.content.sms import measure, saving
from orchestrator.messaging.memberships import asked_of, read_members, unknown_segments
from orchestrator.messaging.models import Template
from orchestrator.messaging.prices import read_prices
from orchestrator.messaging.sensitive import declared
from orchestrator.messaging.trial import Tried, try_out
from orchestrator.sdk.values import EmailContent, PushContent, SmsContent
from orchestrator.studio import amounts
from orchestrator.studio.preview import frame
from orchestrator.studio.template_advice import advice, clipped
from orchestrator.studio.template_mark import Mark
from orchestrator.studio.template_people import Chosen
from orchestrator.workspace.models import Workspace

# What lint says of files, said of what the editor has.
_OURS = {
    "no_alt": gettext_lazy(
        'A picture has no alt text: many readers see no pictures, and some hear the email. Write alt="…", or alt="" where'
        " it only decorates."
    ),
    "sms_costly": gettext_lazy(
        "Letters of it cost parts: the preview names them. Below the text you can have plainer ones sent."
    ),
}
_MISSING = re.compile(r"([\w.]+) is missing; ")
_PLACE = re.compile(r"(email|sms|push)\.([^.,:]+)(?:\.(\w+))?(?:, line (\d+))?: (.*)", re.DOTALL)


def languages_of(parts: Parts) -> list[str]:
    """Every language a customer may have, as far as this template and the workspace know: the workspace's first."""
    found = {language for part in parts.values() for language in part}
    ours = list(Workspace.get().languages) or ["en"]
    return [*ours, *sorted(found - set(ours))]


def purpose_of(template: Template) -> str:
    """What it was published for; one that is new is for marketing."""
    prepared = template.latest.prepared if template.latest is not None else {}
    return "transactional" if prepared.get("purpose") == "transactional" else "marketing"


def look(template: Template, parts: Parts, chosen: Chosen) -> dict[str, Any]:
    """Every message in every language as the chosen customer gets it, and all that is to be mended."""
    source, lacking = with_blocks(source_of(template.key, "", parts), template.brand.key)
    purpose, languages = purpose_of(template), languages_of(parts)
    report = lint(source, purpose, (), registry.current().filters, CONTEXT_ROOTS, declared())
    marks = [*_empty(parts)]
    marks += [_mark(one, "error") for one in (*lacking, *unknown_segments(source), *report.errors)]
    marks += [_mark(one, "warning") for one in report.warnings]
    marks += advice(source, purpose)
    members = read_members([chosen.id] if chosen.id else [], asked_of(source)).get(chosen.id, set())
    shown: dict[str, dict[str, Any]] = {}
    try:
        tried = try_out(source, purpose, languages, template.brand, chosen.person, chosen.parameters, members)
    except RenderProcessBroken:
        tried = []
        words = _("The renderer does not start: somebody must look at this machine.")
        marks.append(Mark("", "", "", 0, words, "error"))
    for one in tried:
        shown.setdefault(one.channel, {})[one.language] = _shown(one, chosen)
        found = _fault(one, chosen) if one.language == one.written else None
        if found is not None and not _said(found, marks):
            marks.append(found)
        if one.language == one.written:
            marks += clipped(one.channel, one.language, shown[one.channel][one.language].get("document", ""))
    return {
        "shown": shown,
        "marks": [asdict(_where_written(mark, parts)) for mark in marks],
        "languages": languages,
    }


def _where_written(mark: Mark, parts: Parts) -> Mark:
    """What is told of an email's HTML is mended in its MJML, where that is what was written."""
    fields = parts["email"].get(mark.language, {}) if mark.channel == "email" else {}
    ours = mark.field == "html" and str(fields.get("mjml", "")).strip() and not fields["html"].strip()
    return replace(mark, field="mjml") if ours else mark


def _said(found: Mark, marks: Sequence[Mark]) -> bool:
    """An error that everybody gets is told once, not again for the chosen customer."""
    same = [one for one in marks if (one.channel, one.language) == (found.channel, found.language)]
    return any(one.severity == "error" and one.field in ("", found.field) for one in same) or any(
        not found.field and one.severity == "error" for one in same
    )


def _empty(parts: Parts) -> Iterator[Mark]:
    def mark(channel: str, language: str, field: str, words: str) -> Mark:
        return Mark(channel, language, field, 1, words, "error")

    if not any(parts.values()):
        yield Mark("", "", "", 0, _("Nothing is written yet. Choose a channel, and begin."), "error")
    for language, one in parts["email"].items():
        if not one["subject"].strip():
            yield mark("email", language, "subject", _("The subject is empty. Say what the email is about."))
        if not any(one[name].strip() for name in ("html", "mjml", "text")):
            words = _("The email has no body. Write its HTML, its MJML, or plain text.")
            yield mark("email", language, "html", words)
    for language, one in parts["sms"].items():
        if not one["text"].strip():
            yield mark("sms", language, "text", _("The text message is empty."))
    for language, one in parts["push"].items():
        for name in ("title", "body"):
            if not one[name].strip():
                yield mark(
                    "push", language, name, _("A notification needs both a title and a line below it.")
                )


def _mark(problem: Problem, severity: str) -> Mark:
    channel, language, field = (*(str(one) for one in problem.path), "", "", "")[:3]
    words = _OURS.get(problem.code) or problem.what.rstrip(".") + "." + (
        f" {problem.mend}" if problem.mend else ""
    )
    words = str(words)
    return Mark(
        channel,
        language,
        field or ("text" if channel == "sms" else ""),
        problem.line,
        words[:1].upper() + words[1:],
        severity,
    )


def _fault(one: Tried, chosen: Chosen) -> Mark | None:
    if isinstance(one.answer, TemplateFault):
        words = f"{one.answer.what} {one.answer.mend}".strip()
        return Mark(one.channel, one.written, "", 0, words[:1].upper() + words[1:], "error")
    if not isinstance(one.answer, RenderFailure):
        return None
    found = _PLACE.fullmatch(one.answer.detail)
    field, line, detail = (found[3] or "", int(found[4] or 0), found[5]) if found else ("", 0, "")
    words = _why(one.answer, detail)
    told = _("Not sent to %(who)s: %(words)s") % {"who": chosen.name, "words": words}
    return Mark(one.channel, one.written, field, line, told, "person")


def _why(failure: RenderFailure, detail: str) -> str:
    if failure.code == "render_timeout":
        return _("this takes too long to fill in. A loop goes round too often.")
    found = _MISSING.match(detail)
    if found is None:
        return detail or failure.detail
    if found[1].startswith(("event.", "entry.")):
        words = _("%(name)s is missing: they have not come into the journey so. Show it as somebody who has.")
    else:
        words = _("%(name)s is missing. Give it a default, or put it behind an {%% if %%}.")
    return words % {"name": found[1]}


def _shown(one: Tried, chosen: Chosen) -> dict[str, Any]:
    """What the preview draws; `wrong` where there is no message."""
    told: dict[str, Any] = {"written": one.written}
    if isinstance(one.answer, TemplateFault):
        return {**told, "wrong": _("What is written here cannot be read yet. The fault is named below.")}
    if isinstance(one.answer, RenderFailure):
        found = _PLACE.fullmatch(one.answer.detail)
        return {**told, "wrong": _why(one.answer, found[5] if found else "")}
    match one.answer.content:
        case EmailContent() as email:
            return {**told, **_email(email)}
        case SmsContent() as sms:
            return {**told, **_sms(sms, chosen)}
        case PushContent() as push:
            return {**told, "title": push.title, "body": push.body, "url": push.url, "image": push.image}
    return told


def _email(content: EmailContent) -> dict[str, Any]:
    name, address = content.sender_name, content.sender_address
    return {
        "subject": content.subject,
        "sender": f"{name} <{address}>" if name and address else name or address,
        "document": frame(content.html),
        "text": content.text,
    }


def _sms(content: SmsContent, chosen: Chosen) -> dict[str, Any]:
    size = measure(content.text)
    parts = ngettext("%(count)s part", "%(count)s parts", size.parts) % {"count": size.parts}
    left = ngettext(
        "%(count)s more character fits in", "%(count)s more characters fit in", size.left
    ) % {"count": size.left}  # fmt: skip
    return {
        "text": content.text,
        "sender": content.sender_name,
        "size": f"{parts} · {left}",
        "cost": _cost(size.parts, chosen),
        "letters": _letters(content.text),
    }


def _cost(parts: int, chosen: Chosen) -> str:
    workspace = Workspace.get()
    prices = read_prices(workspace)
    price = prices.find("sms", "", chosen.person.country or workspace.country)
    if price is None:
        return _("No price is known for text messages.")
    return _("%(amount)s for this one message") % {
        "amount": amounts.shown(price.of(parts), workspace.currency)
    }


def _letters(text: str) -> str:
    """ "ł makes it 2 parts; without it 1." """
    found = saving(text)
    if found is None:
        return ""
    told: Mapping[str, Any] = {
        "letters": ", ".join(found.letters[:8]) + (" …" if len(found.letters) > 8 else ""),
        "parts": found.parts,
        "fewer": found.fewer,
    }
    return (
        ngettext(
            "%(letters)s makes it %(parts)s parts; without it %(fewer)s.",
            "%(letters)s make it %(parts)s parts; without them %(fewer)s.",
            len(found.letters),
        )
        % told
    )
