"""What the template editor says: on its tabs, beside its fields, on its buttons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.messaging.models import Template
from orchestrator.studio import person
from orchestrator.studio.titles import titles_of

_TEXTS: Mapping[str, Any] = {
    "as_published": gettext_lazy("as it is published"),
    "back": gettext_lazy("The template"),
    "begin": gettext_lazy("Write it in this language: %s"),
    "begun": gettext_lazy("Begun: %s"),
    "conflict": gettext_lazy("%s has saved another draft meanwhile (%s). What is yours is not saved."),
    "dark": gettext_lazy("Dark"),
    "desktop": gettext_lazy("Desktop"),
    "discard": gettext_lazy("Throw the draft away"),
    "discard_sure": gettext_lazy("Throw away all that was written since the last publishing?"),
    "discarded": gettext_lazy("The draft is gone. Here is what is published."),
    "draft": gettext_lazy("Draft"),
    "error": gettext_lazy("to mend before publishing"),
    "frame": gettext_lazy("The email as its reader sees it"),
    "instead": gettext_lazy("There is none in this language (%a): such customers get this one (%b)."),
    "keep_mine": gettext_lazy("Keep mine"),
    "languages": gettext_lazy("Languages"),
    "light": gettext_lazy("Light"),
    "light_or_dark": gettext_lazy("Light or dark"),
    "line": gettext_lazy("line %s"),
    "no_part": gettext_lazy("Nothing is written for this channel yet. You can begin here: %s."),
    "nobody_found": gettext_lazy(
        "Nobody found. Write the beginning of an external id or a number; names and beginnings of addresses are looked"
        " for among the 10,000 newest."
    ),
    "not_saved": gettext_lazy("not saved: %s"),
    "not_written": gettext_lazy("Not written in this language (%a): such customers get another one (%b)."),
    "nothing_to_mend": gettext_lazy("Nothing to mend."),
    "nothing_to_show": gettext_lazy("There is nothing to show of this channel yet."),
    "opens": gettext_lazy("Touching it opens %s"),
    "person": gettext_lazy("concerns the chosen customer"),
    "phone": gettext_lazy("Phone"),
    "picture": gettext_lazy("Picture: %s"),
    "preview": gettext_lazy("Preview"),
    "publish": gettext_lazy("Publish"),
    "publish_sure": gettext_lazy(
        "Publish this template? Journeys send it from their next publishing on; what is live stays as it is."
    ),
    "published": gettext_lazy("Published. Journeys send it from their next publishing on."),
    "removed": gettext_lazy("Taken out: %s"),
    "saved_ago": gettext_lazy("saved %s s ago"),
    "saved_long_ago": gettext_lazy("saved"),
    "saved_now": gettext_lazy("saved just now"),
    "saving": gettext_lazy("saving …"),
    "searched": gettext_lazy("A name, a number, an address, or the beginning of an external id"),
    "shown_as": gettext_lazy("Shown as for"),
    "somebody_else": gettext_lazy("Show as somebody else"),
    "take_out_email": gettext_lazy("Take this language out of the email: %s"),
    "take_out_push": gettext_lazy("Take this language out of the notification: %s"),
    "take_out_sms": gettext_lazy("Take this language out of the text message: %s"),
    "take_theirs": gettext_lazy("Take theirs"),
    "test": gettext_lazy("Send a test"),
    "test_sure": gettext_lazy(
        "Send this as a test: %s? Everybody on the test list who can be reached by it gets it, in their own language and"
        " with their own data; if the customer shown is on the list, they alone do."
    ),
    "texts": gettext_lazy("Texts"),
    "to_mend": gettext_lazy("To mend"),
    "transliterate": gettext_lazy("Send it in letters that cost less (ł becomes l)"),
    "unsaved": gettext_lazy("not saved yet"),
    "unwritten": gettext_lazy("(nothing written)"),
    "warning": gettext_lazy("worth a look"),
    "width": gettext_lazy("Width"),
}
_PARTS: tuple[tuple[str, str, Any, str, tuple[str, ...]], ...] = (
    ("subject", "email", gettext_lazy("Subject"), "subject", ("subject", "preheader")),
    ("html", "email", gettext_lazy("Email"), "mail", ("html",)),
    ("mjml", "email", gettext_lazy("MJML"), "view_quilt", ("mjml",)),
    ("text", "email", gettext_lazy("Plain text"), "notes", ("text",)),
    ("sms", "sms", gettext_lazy("SMS"), "sms", ("text",)),
    ("push", "push", gettext_lazy("Push"), "notifications", ("title", "body", "url", "image")),
)
# (part, field) -> its label, and what helps to fill it in.
_FIELDS: Mapping[tuple[str, str], tuple[Any, Any]] = {
    ("subject", "subject"): (gettext_lazy("Subject"), ""),
    ("subject", "preheader"): (
        gettext_lazy("Preview line"),
        gettext_lazy("What mail programs show after the subject."),
    ),
    ("html", "html"): (
        gettext_lazy("HTML of the email"),
        gettext_lazy(
            "The brand's layout goes around it, with the links to unsubscribe. A whole document (<html>) stays as it is."
        ),
    ),
    ("text", "text"): (
        gettext_lazy("Plain text of the email"),
        gettext_lazy("Left empty, it is made from the HTML or the MJML."),
    ),
    ("mjml", "mjml"): (
        gettext_lazy("MJML of the email"),
        gettext_lazy(
            "Instead of HTML: sections, columns and buttons that every mail program shows alike. Where it names no"
            " {{ unsubscribe_url }}, the footer with the links to unsubscribe is put at its end."
        ),
    ),
    ("sms", "text"): (gettext_lazy("Text message"), ""),
    ("push", "title"): (gettext_lazy("Title"), ""),
    ("push", "body"): (gettext_lazy("Line below it"), ""),
    ("push", "url"): (gettext_lazy("Address that it opens"), ""),
    ("push", "image"): (gettext_lazy("Address of a picture"), ""),
}
_ONE_LINE = frozenset({"subject", "preheader", "title", "url", "image"})
_HTML = frozenset({"html", "mjml", "preheader"})


def texts() -> dict[str, str]:
    """The page's own words."""
    return {name: str(text) for name, text in _TEXTS.items()}


def parts() -> list[dict[str, Any]]:
    """The tabs, each with its fields."""
    return [
        {
            "id": id_,
            "channel": channel,
            "title": str(title),
            "icon": icon,
            "fields": [_field(id_, name) for name in fields],
        }
        for id_, channel, title, icon, fields in _PARTS
    ]


def _field(part: str, name: str) -> dict[str, Any]:
    label, help_ = _FIELDS[part, name]
    return {
        "name": name,
        "label": str(label),
        "help": str(help_),
        "mode": "html" if name in _HTML else "text",
        "lines": "one" if name in _ONE_LINE else "many",
    }


def languages(codes: Iterable[str]) -> dict[str, str]:
    """Languages by their names in the reader's own."""
    return {code: person.language(code) for code in codes}


def where(template: Template) -> str:
    """Where the template belongs, and when what is written here goes live."""
    if not template.journey:
        return _(
            "Any journey may send this template. What you publish here is sent by journeys from their next publishing"
            " on; what is live keeps the version it has."
        )
    return _(
        "This template belongs to the journey “%(journey)s”. What you write here is a draft: it is simulated, and goes"
        " live, with the journey's draft. Whoever publishes the journey from files publishes the files instead."
    ) % {"journey": titles_of([template.journey])[template.journey]}
