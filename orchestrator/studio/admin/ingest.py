"""By which keys events come in, and what of them was not taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from unfold.decorators import action, display

from orchestrator.ingest import keys, live
from orchestrator.ingest.models import DeadLetter, WriteKey
from orchestrator.ingest.replay import replay
from orchestrator.studio import calls, checks
from orchestrator.studio.admin.base import StudioAdmin, mono
from orchestrator.studio.admin.replayed import ReplayedAdmin
from orchestrator.studio.links import url_of

_ORIGIN = re.compile(r"\*|https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")
SEES_CALLS = "ingest.view_deadletter"


class WriteKeyForm(forms.ModelForm):
    """What somebody may say of a key; its secret is made, never typed."""

    class Meta:
        model = WriteKey
        fields = ("name", "kind", "origins", "refused", "per_minute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in {"origins", "refused"} & set(self.fields):  # who may only look is given none
            self.fields[name].widget.attrs["rows"] = 3

    def clean_name(self) -> str:
        """One line: it stands in the audit log."""
        return checks.one_line(self.cleaned_data["name"])

    def clean_origins(self) -> str:
        """Sites as browsers name them: a scheme and a host, and nothing behind."""
        lines = [line.strip() for line in self.cleaned_data["origins"].splitlines() if line.strip()]
        for line in lines:
            if not _ORIGIN.fullmatch(line):
                problem = _("“%(line)s” is no site: write it like https://shop.example, without a path.")
                raise ValidationError(problem, params={"line": line[:60]})
        return "\n".join(lines)


@admin.register(WriteKey)
class WriteKeyAdmin(StudioAdmin):
    """Keys are made, rotated and revoked, and never taken away: calls that were not taken name theirs."""

    form = WriteKeyForm
    change_form_template = "studio/write_key.html"
    list_display = ("name", "kind", "begins", "state_shown", "last_used_at", "created_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "kind", "origins", "refused", "per_minute")
    told = ("begins", "created_at", "rotated_at", "previous_until", "last_used_at", "revoked_at")

    def get_urls(self) -> list[URLPattern]:
        """Beside every page's: rotate, revoke, and looking at calls as they come."""
        acts = {"rotate": self.rotate_view, "revoke": self.revoke_view, "watch": self.watch_view}
        own = [
            path(
                f"<int:object_id>/{name}/", self._guarded(require_POST(view)), name=f"ingest_writekey_{name}"
            )
            for name, view in acts.items()
        ]
        own += [
            path(f"<int:object_id>/{name}/", self._guarded(require_GET(view)), name=f"ingest_writekey_{name}")
            for name, view in (("live", self.live_view), ("calls", self.calls_view))
        ]
        return [*own, *super().get_urls()]

    def _guarded(self, view: Any) -> Any:
        return self.admin_site.admin_view(view)

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Of a key that is there, what became of it as well."""
        return self.fields if obj is None else (*self.fields, *self.told)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Whether anybody can read it is said once, when it is made."""
        return () if obj is None else ("kind", *self.told)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: it is revoked."""
        return False

    @display(description=_("begins with"))
    def begins(self, obj: WriteKey) -> str:
        return f"{obj.prefix}…"

    @display(description=_("state"), label={"good": "success", "revoked": "danger"})
    def state_shown(self, obj: WriteKey) -> tuple[str, str]:
        return ("revoked", gettext("revoked")) if obj.revoked_at else ("good", gettext("good"))

    def save_model(self, request: HttpRequest, obj: WriteKey, form: Any, change: bool) -> None:
        """A new key gets its secret here."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            request.secret = keys.make(obj, timezone.now(), request.user)  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Making it has noted itself."""
        return self.log_only(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: WriteKey, post_url_continue: Any = None
    ) -> HttpResponse:
        """The secret, once: it stands on this page and nowhere else."""
        return self._secret(request, obj, request.secret)  # type: ignore[attr-defined]

    def rotate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A new secret; the old one is good for another day."""
        key = self._changeable(request, object_id)
        if key.revoked_at is not None:
            messages.error(request, gettext("A revoked key gets no new secret; make another key."))
            return redirect(url_of("ingest_writekey", key.pk))
        return self._secret(request, key, keys.rotate(key, timezone.now(), request.user))

    def revoke_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """From this moment on the key is good no more."""
        key = self._changeable(request, object_id)
        if keys.revoke(key, timezone.now(), request.user):
            messages.success(
                request, gettext("“%(name)s” is revoked: its calls are refused.") % {"name": key.name}
            )
        return redirect(url_of("ingest_writekey", key.pk))

    def watch_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Begin to look at its calls, or stop."""
        key = self._seen(request, object_id)
        if request.POST.get("act") == "stop":
            live.stop(key)
        else:
            live.watch(key, timezone.now())
        return redirect("admin:ingest_writekey_live", key.pk)

    def live_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The last hundred calls, and a script that asks for them anew."""
        key = self._seen(request, object_id)
        title = gettext("Calls of “%(name)s” as they come") % {"name": key.name}
        return render(request, "studio/live_calls.html", self._context(request, key) | {"title": title})

    def calls_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The same without the page around it, for the script."""
        key = self._seen(request, object_id)
        answer = render(request, "studio/live_calls_list.html", self._context(request, key, around=False))
        answer["Cache-Control"] = "no-store"
        return answer

    def _context(self, request: HttpRequest, key: WriteKey, around: bool = True) -> dict[str, Any]:
        watched = key.watched_until is not None and key.watched_until > timezone.now()
        told = {"key": key, "watched": watched, "calls": list(calls.seen(key)) if watched else []}
        return (self.admin_site.each_context(request) if around else {}) | told

    def _changeable(self, request: HttpRequest, object_id: int) -> WriteKey:
        key = get_object_or_404(WriteKey, pk=object_id)
        if not self.has_change_permission(request, key):
            raise PermissionDenied
        return key

    def _seen(self, request: HttpRequest, object_id: int) -> WriteKey:
        """Calls hold people's data: who may see the keys alone does not see them."""
        key = get_object_or_404(WriteKey, pk=object_id)
        if not (self.has_view_permission(request, key) and request.user.has_perm(SEES_CALLS)):
            raise PermissionDenied
        return key

    def _secret(self, request: HttpRequest, key: WriteKey, secret: str) -> HttpResponse:
        context = self.admin_site.each_context(request)
        title = gettext("The secret of “%(name)s”") % {"name": key.name}
        answer = render(
            request, "studio/secret.html", context | {"title": title, "key": key, "secret": secret}
        )
        answer["Cache-Control"] = "no-store"
        return answer


@admin.register(DeadLetter)
class DeadLetterAdmin(ReplayedAdmin):
    """Calls that were not taken."""

    list_display = ("reason_shown", "kind_shown", "key", "received_at", "state_shown")
    list_filter = ("reason", "key")
    list_select_related = ("key",)
    fields = ("reason_shown", "words", "kind_shown", "key", "received_at", "state_said", "as_it_came")
    readonly_fields = ("reason_shown", "kind_shown", "state_said", "as_it_came")
    hint = _("It goes through the same door as if it came now, at the time it first came.")

    @display(description=_("why it was not taken"))
    def reason_shown(self, obj: DeadLetter) -> str:
        return calls.say(obj.reason)

    @display(description=_("call"))
    def kind_shown(self, obj: DeadLetter) -> str:
        return obj.kind or "–"

    @display(description=_("as it came"))
    def as_it_came(self, obj: DeadLetter) -> SafeString | str:
        return mono(calls.pretty(obj.payload)) if obj.payload else "–"

    @action(description=_("Take the selected calls now"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[DeadLetter]) -> None:
        self.replay_all(request, queryset)

    def take(self, rows: Sequence[DeadLetter]) -> int:
        """Through the same door."""
        return replay(rows, timezone.now())

    def taken_words(self, count: int) -> str:
        """So many were taken."""
        return ngettext("%(count)s call was taken.", "%(count)s calls were taken.", count) % {"count": count}

    def left_words(self, count: int) -> str:
        """So many were not."""
        said = ngettext(
            "%(count)s call could not be taken; it says why.",
            "%(count)s calls could not be taken; each says why.",
            count,
        )
        return said % {"count": count}

    def can_be_taken(self, obj: DeadLetter | None) -> bool:
        """One that was cut is not whole."""
        return super().can_be_taken(obj) and obj is not None and bool(obj.payload)
