"""An entry of the audit log in words: who, what was done to what, and what it was before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orchestrator.studio import words
from orchestrator.studio.links import linked, url_of
from orchestrator.studio.numbers import grouped
from orchestrator.workspace.audit_words import say_break
from orchestrator.workspace.models import AuditEntry, Workspace

# What stands in details beside fields of models.
_NAMES = {
    "version": gettext_lazy("version"),
    "request": gettext_lazy("request number"),
    "deadline": gettext_lazy("deadline"),
    "people": gettext_lazy("people"),
    "count": gettext_lazy("how many"),
    "messages": gettext_lazy("messages"),
    "channel": gettext_lazy("channel"),
    "digest": gettext_lazy("digest"),
    "entries": gettext_lazy("entries"),
    "of": gettext_lazy("of what"),
    "name_hash": gettext_lazy("keyed hash of the name that was typed"),
    "merged": gettext_lazy("numbers of those merged into them"),
    "pair": gettext_lazy("pair of likely duplicates, number"),
    "left_out": gettext_lazy("rows left out"),
    "roles": gettext_lazy("roles"),
    "key": gettext_lazy("key"),
    "to": gettext_lazy("to version"),
    "told": gettext_lazy("told"),
    "let_in": gettext_lazy("let in"),
    "inside": gettext_lazy("already inside"),
    "held_out": gettext_lazy("held out"),
    "unknown": gettext_lazy("not known"),
    "turned_away": gettext_lazy("turned away"),
    "taken_out": gettext_lazy("taken out"),
    "not_inside": gettext_lazy("not inside"),
    "draft": gettext_lazy("draft"),
    "rule": gettext_lazy("rule"),
    "password": gettext_lazy("password"),
    "status": gettext_lazy("status"),
}


@dataclass(frozen=True, slots=True)
class Detail:
    """One line: what it is about; `pair`: whether it changed, and then from `before` to `after`, None where that is not
    kept.
    """

    name: str
    pair: bool
    before: str | None
    after: str | None


def who(entry: AuditEntry) -> str:
    """A name, or what stands for one."""
    kind = str(entry.get_who_display())
    return entry.who_name if entry.who == "user" else f"{kind}: {entry.who_name}" if entry.who_name else kind


def deed(entry: AuditEntry) -> str:
    """What was done."""
    told = str(entry.get_action_display())
    return told[:1].upper() + told[1:]


def subject(entry: AuditEntry) -> str:
    """To what: "journey “Win back”", "customer number 12"; "" where it is about nothing in particular."""
    model = _model(entry)
    if not entry.subject:
        return ""
    kind = str(model._meta.verbose_name) if model is not None else entry.subject
    told = {"kind": kind, "title": entry.title, "number": entry.subject_id}
    return _("%(kind)s “%(title)s”") % told if entry.title else _("%(kind)s number %(number)s") % told


def subject_link(entry: AuditEntry) -> SafeString | str:
    """The subject, leading to its page where it is still there."""
    told, model = subject(entry), _model(entry)
    if model is None or not _there(model, entry.subject_id):
        return told
    try:
        return linked(url_of(entry.subject.replace(".", "_"), entry.subject_id), told)
    except NoReverseMatch:
        return told


def details(entry: AuditEntry) -> Iterator[Detail]:
    """Each line of the details."""
    model = _model(entry)
    for name, value in entry.details.items():
        title = _title(model, name)
        if value is None:
            yield Detail(title, True, None, None)
        elif isinstance(value, list) and len(value) == 2 and _is_field(model, name):
            yield Detail(title, True, _said(value[0]), _said(value[1]))
        else:
            yield Detail(title, False, None, _said(value))


def whole(workspace: Workspace) -> tuple[str, str]:
    """The tone and the sentence of the last verification."""
    told = workspace.audit_checked
    if "wrong" in told:
        found = {"wrong": say_break(told["wrong"]), "at": _moment(told["at"])}
        text = _(
            "The log is not as it was written: %(wrong)s (found %(at)s). `manage.py audit verify` says all that is wrong."
        )
        return "danger", text % found
    if "at" not in told:
        return "warning", _("The chain was not verified yet: workers do it once a day.")
    found = {"number": grouped(told["number"]), "at": _moment(told["at"])}
    return "success", _("The chain is whole up to number %(number)s (verified %(at)s).") % found


def _moment(written: str) -> str:
    return date_format(timezone.localtime(datetime.fromisoformat(written)), "DATETIME_FORMAT")


def _model(entry: AuditEntry) -> type[Model] | None:
    try:
        return apps.get_model(entry.subject) if entry.subject else None
    except (LookupError, ValueError):
        return None


def _there(model: type[Model], pk: str) -> bool:
    return pk.isascii() and pk.isdecimal() and len(pk) < 19 and model._default_manager.filter(pk=pk).exists()


def _is_field(model: type[Model] | None, name: str) -> bool:
    return _field(model, name) is not None or name not in _NAMES


def _field(model: type[Model] | None, name: str) -> Any:
    try:
        return model._meta.get_field(name) if model is not None else None
    except FieldDoesNotExist:
        return None


def _title(model: type[Model] | None, name: str) -> str:
    found = _field(model, name)
    title = getattr(found, "verbose_name", None) or _NAMES.get(name) or words.spaced(name)
    return str(title)[:1].upper() + str(title)[1:]


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value in (None, "", [], {}):
        return "–"
    return ", ".join(_said(one) for one in value) if isinstance(value, list) else str(words.shown(value))


def table(entry: AuditEntry) -> SafeString:
    """All details, as rows: what was before struck through, what is now beside it."""
    rows = format_html_join("", "{}", ((_row(one),) for one in details(entry)))
    return format_html('<table class="st-pairs st-deed">{}</table>', rows) if rows else SafeString("–")


def _row(one: Detail) -> SafeString:
    if not one.pair:
        return format_html("<tr><th>{}</th><td>{}</td></tr>", one.name, one.after)
    if one.after is None:
        return format_html(
            "<tr><th>{}</th><td>{}</td></tr>", one.name, _("changed; the values are not kept here")
        )
    text = '<tr><th>{}</th><td><del>{}</del> <span aria-hidden="true">→</span> <ins>{}</ins></td></tr>'
    return format_html(text, one.name, one.before, one.after)
