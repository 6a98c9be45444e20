"""Shops and helpdesks that are connected, and what of theirs was not taken."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminSelectWidget

from orchestrator import registry
from orchestrator.sources import connections
from orchestrator.sources.deliveries import replay
from orchestrator.sources.models import Connection, KeptDelivery
from orchestrator.studio import calls, checks
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.admin.replayed import ReplayedAdmin
from orchestrator.studio.links import url_of

LONGEST_SECRET = 200
REASONS: dict[str, Any] = {
    "unreadable": _("It, or a part of it, could not be read."),
    "plugin_failed": _("Its plugin failed while it read it; somebody must mend that."),
    "nobody": _("It names nobody who is known, and nothing by which somebody could be added."),
    "bad_id": _("Its number of a customer is no text of 1 to 100 letters."),
    "bad_value": _("It holds a value that cannot be stored."),
    "bad_address": _("An address in it is none; the rest was taken."),
}


def say(reason: str) -> str:
    """A reason in words."""
    return str(REASONS.get(reason, reason))


class ConnectionForm(forms.ModelForm):
    """What somebody says of a connection. What it is, and how its ids begin, is said once."""

    source = forms.ChoiceField(label=_("What it is"), widget=UnfoldAdminSelectWidget)
    given = forms.CharField(
        label=_("Secret of the shop or helpdesk"),
        required=False,
        max_length=LONGEST_SECRET,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "off"}),
        help_text=_(
            "Shopify and Zendesk show one of their own: enter it here. For all others leave it empty: one is made."
        ),
    )

    class Meta:
        model = Connection
        fields = ("source", "name", "enabled", "known_by", "prefix", "statuses", "per_minute")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "source" in self.fields:
            found = registry.current().sources
            self.fields["source"].choices = [(name, found[name].title) for name in found]  # type: ignore[attr-defined]
        if "statuses" in self.fields:
            self.fields["statuses"].widget.attrs["rows"] = 4

    def clean_name(self) -> str:
        """One line: it stands in the audit log."""
        return checks.one_line(self.cleaned_data["name"])

    def clean_prefix(self) -> str:
        """One word: it stands in keys."""
        prefix = str(self.cleaned_data["prefix"]).strip()
        if any(letter.isspace() or not letter.isprintable() for letter in prefix):
            raise ValidationError(_("Write it without spaces, such as “b-”."))
        return prefix

    def clean_statuses(self) -> str:
        """Lines of `name = step`."""
        try:
            connections.read_statuses(self.cleaned_data["statuses"])
        except ValueError as error:
            problem = _(
                "“%(line)s” is no line such as “Wysłane = delivered”: check the words around the “=”."
            )
            raise ValidationError(problem, params={"line": str(error)}) from None
        return str(self.cleaned_data["statuses"])

    def clean(self) -> dict[str, Any]:
        """Whose secret is made elsewhere needs it."""
        said = super().clean() or {}
        source = registry.current().sources.get(said.get("source", ""))
        if self.instance.pk is None and source and source.secret == "theirs" and not said.get("given"):
            self.add_error(
                "given", _("%(title)s shows a secret of its own: enter it here.") % {"title": source.title}
            )
        return said


@admin.register(Connection)
class ConnectionAdmin(StudioAdmin):
    """Connections are made, renewed and switched off."""

    form = ConnectionForm
    change_form_template = "studio/connection.html"
    list_display = ("name", "source_shown", "state_shown", "received_at", "received", "refused")
    search_fields = ("name",)
    ordering = ("name",)
    new = ("source", "name", "given", "enabled", "known_by", "prefix", "statuses", "per_minute")
    old = ("source_shown", "name", "enabled", "known_by", "prefix", "statuses", "per_minute")
    told = (
        "received_at", "received", "refused_at", "refused", "refused_why", "created_at", "rotated_at",
        "previous_until",
    )  # fmt: skip

    def get_urls(self) -> list[URLPattern]:
        """With the button that renews the secret."""
        view = self.admin_site.admin_view(require_POST(self.rotate_view))
        return [path("<int:object_id>/rotate/", view, name="sources_connection_rotate"), *super().get_urls()]

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Of one that is there, what became of it as well."""
        return self.new if obj is None else (*self.old, *self.told)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """What names its ids and customers is said once: else the same order would be another tomorrow."""
        return () if obj is None else ("source_shown", "known_by", "prefix", *self.told)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Never: it is switched off, and what it has brought stays explained."""
        return False

    @display(description=_("What it is"))
    def source_shown(self, obj: Connection) -> str:
        source = connections.source_of(obj)
        return source.title if source else gettext("%(name)s (its plugin is off)") % {"name": obj.source}

    @display(description=_("state"), label={"on": "success", "off": "danger"})
    def state_shown(self, obj: Connection) -> tuple[str, str]:
        return ("on", gettext("on")) if obj.enabled else ("off", gettext("off"))

    def save_model(self, request: HttpRequest, obj: Connection, form: Any, change: bool) -> None:
        """A new one gets its secret here."""
        if change:
            super().save_model(request, obj, form, change)
        else:
            given = form.cleaned_data["given"].strip()
            request.secret = connections.make(obj, given, timezone.now(), request.user)  # type: ignore[attr-defined]

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Making it has noted itself."""
        return self.log_only(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: Connection, post_url_continue: Any = None
    ) -> HttpResponse:
        """What to enter at the shop, with the secret: it stands on this page and nowhere else."""
        return self._secret(request, obj, request.secret)  # type: ignore[attr-defined]

    def rotate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A new secret; the old one is good for another day."""
        row = get_object_or_404(Connection, pk=object_id)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        source, given = connections.source_of(row), request.POST.get("given", "").strip()[:LONGEST_SECRET]
        if source is not None and source.secret == "theirs" and not given:
            messages.error(
                request,
                gettext("%(title)s shows a secret of its own: enter it here.") % {"title": source.title},
            )
            return redirect(url_of("sources_connection", row.pk))
        secret = connections.rotate(row, given, timezone.now(), request.user)
        row.refresh_from_db()
        return self._secret(request, row, secret)

    def _secret(self, request: HttpRequest, row: Connection, secret: str) -> HttpResponse:
        source = connections.source_of(row)
        ours = source is None or source.secret == "ours"
        title = gettext("What to enter for “%(name)s”") % {"name": row.name}
        shown = {"title": title, "row": row, "secret": secret if ours else "", "url": address_of(row),
                 "steps": steps_of(row, secret if ours else "")}  # fmt: skip
        answer = render(
            request, "studio/connection_secret.html", self.admin_site.each_context(request) | shown
        )
        answer["Cache-Control"] = "no-store"
        return answer

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """Its address, what to do there, and what of it was not taken."""
        if obj is None:
            return {"nobody": not registry.current().sources}
        source = connections.source_of(obj)
        return {
            "url": address_of(obj), "steps": steps_of(obj, gettext("(the secret that was shown once)")),
            "theirs": source is not None and source.secret == "theirs",
            "waiting": KeptDelivery.objects.filter(connection=obj, replayed_at=None).count(),
        }  # fmt: skip


def address_of(row: Connection) -> str:
    """Where it is called."""
    return f"{settings.PUBLIC_URL}{reverse('come_in', args=[row.key])}"


def steps_of(row: Connection, secret: str) -> list[str]:
    """What to do at the shop, in words."""
    source = connections.source_of(row)
    marks = {"{url}": address_of(row), "{secret}": secret}
    found = []
    for one in source.steps if source else ():
        said = gettext(one)
        for mark, value in marks.items():
            said = said.replace(mark, value)
        found.append(said)
    return found


@admin.register(KeptDelivery)
class KeptDeliveryAdmin(ReplayedAdmin):
    """Deliveries that were not taken."""

    list_display = ("reason_shown", "topic", "connection", "received_at", "state_shown")
    list_filter = ("reason", "connection")
    list_select_related = ("connection",)
    fields = ("reason_shown", "words", "topic", "connection", "received_at", "state_said", "as_it_came")
    readonly_fields = ("reason_shown", "state_said", "as_it_came")
    hint = _("It is read anew and stored as if it came now.")

    @display(description=_("why it was not taken"))
    def reason_shown(self, obj: KeptDelivery) -> str:
        return say(obj.reason)

    @display(description=_("as it came"))
    def as_it_came(self, obj: KeptDelivery) -> SafeString | str:
        """Its body; the headers that are kept with it say no more than its topic."""
        body = str(json.loads(obj.payload).get("body", ""))
        return format_html('<pre class="st-source st-wrapped" tabindex="0">{}</pre>', calls.pretty(body))

    @action(description=_("Take the selected deliveries now"), permissions=["replay"])
    def replay_selected(self, request: HttpRequest, queryset: QuerySet[KeptDelivery]) -> None:
        self.replay_all(request, queryset)

    def take(self, rows: Sequence[KeptDelivery]) -> int:
        """Read anew."""
        return replay(rows, timezone.now())

    def taken_words(self, count: int) -> str:
        """So many were taken."""
        said = ngettext("%(count)s delivery was taken.", "%(count)s deliveries were taken.", count)
        return said % {"count": count}

    def left_words(self, count: int) -> str:
        """So many were not."""
        said = ngettext(
            "%(count)s delivery could not be taken; it says why.",
            "%(count)s deliveries could not be taken; each says why.",
            count,
        )
        return said % {"count": count}
