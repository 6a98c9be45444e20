"""What is done in the studio stands in the audit log, in the same transaction as the deed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from orchestrator.workspace.audit import TITLED, Action, note

# Of these it is said that they changed, and not from what to what: secrets, addresses of people, and texts in which
# somebody may be named. "model.field", or a field of any model.
BY_NAME = frozenset(
    {
        "password", "password1", "password2", "usable_password", "rule", "draft", "auth.user.email", "auth.user.first_name",
        "auth.user.last_name", "workspace.alarmchannel.to", "webhooks.webhookendpoint.url",
    }
)  # fmt: skip
LONGEST = 200  # letters of a value that stand as they are


class NotedAdmin(ModelAdmin):
    """A page whose additions, changes and deletions are noted. Whoever acts in a view of their own says with what action."""

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> Any:
        """Django's; and what changed is kept for the entry that follows."""
        request.changes = dict(_changes(self.model, form))  # type: ignore[attr-defined]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """In both logs."""
        note(Action.CREATED, request.user, obj)
        return super().log_addition(request, obj, message)

    def log_change(
        self,
        request: HttpRequest,
        obj: Model,
        message: Any,
        action: Action | None = None,
        details: Mapping[str, Any] | None = None,
    ) -> Any:
        """In both logs; a form in which nothing was changed stands in Django's alone."""
        changed = details if details is not None else getattr(request, "changes", None) or _fields(message)
        if action is not None or changed:
            note(action or self.deed(changed), request.user, obj, **changed)
        return super().log_change(request, obj, message)

    def log_only(self, request: HttpRequest, obj: Model, message: Any) -> None:
        """In Django's log alone: the deed notes itself."""
        super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: QuerySet[Any] | Iterable[Model]) -> Any:
        """In both logs, each by itself."""
        for one in queryset:
            note(Action.DELETED, request.user, one)
        return super().log_deletions(request, queryset)

    def deed(self, changed: Mapping[str, Any]) -> Action:
        """What changing these fields is called."""
        return Action.CHANGED


def _changes(model: type[Model], form: Any) -> Iterator[tuple[str, Any]]:
    """Each changed field with [before, after]; a personal or secret one with None in the place of both."""
    label = model._meta.label_lower
    nobodys = model._meta.label in TITLED
    for name in form.changed_data:
        if not nobodys or name in BY_NAME or f"{label}.{name}" in BY_NAME:
            yield name, None
        else:
            before = form.get_initial_for_field(form.fields[name], name)
            yield name, [_shown(before), _shown(form.cleaned_data.get(name))]


def _shown(value: Any) -> Any:
    """A value as it can stand in a line."""
    if isinstance(value, Model):
        return str(value)
    if isinstance(value, QuerySet | list | tuple | set):
        return sorted(str(one) for one in value)
    if isinstance(value, str) and len(value) > LONGEST:
        return f"{len(value)} letters, sha256 {sha256(value.encode(errors='replace')).hexdigest()[:16]}"
    return value


def _fields(message: Any) -> dict[str, None]:
    """The names of the fields, where a view says no more."""
    if not isinstance(message, list):
        return {}
    return dict.fromkeys(name for one in message for name in one.get("changed", {}).get("fields", ()))
