"""FINISH: texts that templates gave become a message of their channel, with the links in it; or it is said why not."""

from __future__ import annotations

import html as html_module
import re
from collections.abc import Callable, Mapping
from typing import Any

from orchestrator.domain.utm import tag
from orchestrator.messaging.content import limits, webhook
from orchestrator.messaging.content.counted import MARK, Links, can_be_followed
from orchestrator.messaging.content.faults import RenderError
from orchestrator.messaging.content.quick import links as written_links
from orchestrator.messaging.content.quick import tidied
from orchestrator.messaging.content.sms import count_parts, transliterate
from orchestrator.messaging.content.utm import tag_html, tag_text, tagged

OURS = ("unsubscribe_url", "preferences_url", "confirm_url")
SCHEMES = frozenset({"http", "https", "mailto", "tel", "sms", "cid"})
UNSAFE_SCHEMES = frozenset({"javascript", "data", "vbscript", "file", "blob"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):")
_WRITTEN_LINK = re.compile(r"https?://[^\s<>\"]+")
_IGNORED = re.compile(r"[\x00-\x20\x7f]")
_HEADER_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def _email(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    html = texts["html"].strip()
    text = tidied(texts["text"]).strip()
    if not text or (part.get("html") and not html):
        raise RenderError("the message is empty")
    subject = header(texts["subject"], "the subject")
    if not subject:
        raise RenderError("the subject is empty")
    ours = tuple(str(link) for name in OURS if (link := context.get(name)))
    query = str(context.get("utm") or "")
    change = tagged(query, ours) if query else _same
    if _counts_clicks(context):
        links = Links(change, ours)
        html, text = tag_html(html, links.mark, links.leave), tag_text(text, links.mark)
        _html_links(html)
        return {"subject": subject, "html": html, "text": text}, links.found
    if query:
        html, text = tag_html(html, change), tag_text(text, change)
    found = _html_links(html) if html else _WRITTEN_LINK.findall(text)
    return {"subject": subject, "html": html, "text": text}, [
        link for link in dict.fromkeys(found) if link not in ours
    ]


def _same(link: str) -> str:
    return link


def _counts_clicks(context: Mapping[str, Any]) -> bool:
    said = context.get("tracked")
    return isinstance(said, Mapping) and bool(said.get("clicks"))


def _sms(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    # A no-break space, which money and numbers hold, would turn the whole message into costly UCS-2.
    text = re.sub("[\u00a0\u202f]", " ", texts["text"]).replace("\r\n", "\n").strip()
    if part.get("transliterate"):
        text = transliterate(text)
    if not text:
        raise RenderError("the message is empty")
    parts = count_parts(text)
    if parts > limits.SMS_PARTS:
        raise RenderError(f"the text message would take {parts} parts; {limits.SMS_PARTS} is the most")
    return {"text": text, "parts": parts}, list(dict.fromkeys(_WRITTEN_LINK.findall(text)))


def _push(
    texts: dict[str, str], part: Mapping[str, Any], context: Mapping[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    finished = {name: text.strip() for name, text in texts.items()}
    if not finished["title"] or not finished["body"]:
        raise RenderError("the message is empty")
    if sum(len(text.encode()) for text in finished.values()) > limits.PUSH_BYTES:
        raise RenderError(
            f"the push notification is larger than {limits.PUSH_BYTES:,} bytes (providers take 4 kB)"
        )
    for name in ("url", "image"):
        if scheme_of(finished[name]) in UNSAFE_SCHEMES or re.search(r"\s", finished[name]):
            raise RenderError(f"the {name} is not a safe address")
    url = finished["url"]
    if context.get("utm"):
        url = tag(url, str(context["utm"]))
    if not _counts_clicks(context):
        return {**finished, "url": url}, [url] if url else []
    return (
        ({**finished, "url": f"{MARK}0{MARK}"}, [url])
        if can_be_followed(url)
        else ({**finished, "url": url}, [])
    )


FINISH: Mapping[
    str,
    Callable[[dict[str, str], Mapping[str, Any], Mapping[str, Any]], tuple[dict[str, Any], list[str]]],
] = {"email": _email, "sms": _sms, "push": _push, "webhook": webhook.finish}


def header(value: str, what: str) -> str:
    """A header's text: a line break is refused, signs that hide or reverse text are dropped."""
    if len(value) > limits.SUBJECT_LENGTH:
        raise RenderError(f"{what} is longer than {limits.SUBJECT_LENGTH} characters")
    if value.isascii() and value.isprintable():
        return value.strip()  # nothing that is looked for below is both
    if "\n" in value.strip() or "\r" in value.strip():
        raise RenderError(f"{what} holds a line break")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise RenderError(f"{what} holds half a character (a lone surrogate)") from None
    return _HEADER_CONTROLS.sub("", value.strip()).strip()


def _html_links(html: str) -> list[str]:
    links = []
    for name, written in written_links(html):
        link = html_module.unescape(written).strip()
        scheme = scheme_of(link)
        if scheme and scheme not in SCHEMES:
            raise RenderError("a link has an address that is neither http(s), mailto nor tel")
        if name.lower() == "href" and scheme in {"http", "https"}:
            links.append(link)
    return links


def scheme_of(link: str) -> str:
    """The scheme of an address, as a browser would find it; "" where there is none."""
    if link.startswith("https://"):
        return "https"
    # Browsers drop tabs, line breaks and leading controls before they read the scheme; so do we.
    found = _SCHEME.match(_IGNORED.sub("", link).lower())
    return found[1] if found else ""
