"""Other systems that are told of what happens here, and each call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from orchestrator.domain.outbound import Forbidden
from orchestrator.domain.outside import Kind
from orchestrator.studio import called, calls, checks
from orchestrator.studio.admin.base import BigHistory, StudioAdmin, customer_link
from orchestrator.studio.links import linked, related, url_of
from orchestrator.studio.numbers import grouped
from orchestrator.webhooks import endpoints
from orchestrator.webhooks.body import bodies, written
from orchestrator.webhooks.models import WebhookDelivery, WebhookEndpoint
from orchestrator.webhooks.resend import resend, resend_given_up
from orchestrator.webhooks.trial import send_test

TONES = {tone: tone for tone in ("success", "danger", "warning", "info")}
MOST = 1000  # told again at a time
MAY_RESEND = "webhooks.change_webhookendpoint"
View = Callable[..., HttpResponse]


class EndpointForm(forms.ModelForm):
    """Where it is, and what it is told of."""

    kinds = forms.MultipleChoiceField(
        label=_("What it is told of"),
        choices=[(str(kind), str(kind)) for kind in Kind],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("docs/webhooks.md says what each of them says, and when."),
    )

    class Meta:
        model = WebhookEndpoint
        fields = endpoints.SAID
        help_texts = {
            "url": _("A public server by https, such as https://crm.example.com/hooks/journeys."),
            "enabled": _(
                "While it is off nothing is written for it; what was due waits, and is told once it is on."
            ),
        }

    def clean_name(self) -> str:
        """One line: it stands in the audit log."""
        return checks.one_line(self.cleaned_data["name"])

    def clean_url(self) -> str:
        """One that may be called."""
        written = str(self.cleaned_data["url"]).strip()
        try:
            endpoints.check_url(written)
        except Forbidden as error:
            raise ValidationError(
                _("This address may not be called: %(why)s"), params={"why": str(error)}
            ) from None
        return written

    def clean_kinds(self) -> list[str]:
        """In the order of the list."""
        return endpoints.sorted_kinds(self.cleaned_data["kinds"])


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(StudioAdmin):
    """Endpoints are made, tried, renewed and switched off."""

    form = EndpointForm
    change_form_template = "studio/webhook.html"
    list_display = ("name", "url", "kinds_shown", "state_shown", "failing_since")
    search_fields = ("name", "url")
    ordering = ("name",)
    fields = endpoints.SAID
    told = ("off_said", "failing_since", "created_at", "rotated_at", "previous_until")
    readonly_fields = told

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Of one that is there, what became of it as well."""
        return self.fields if obj is None else (*endpoints.SAID, *self.told)

    def get_urls(self) -> list[URLPattern]:
        """With the three buttons."""
        buttons: dict[str, View] = {
            "rotate": self.rotate_view,
            "test": self.test_view,
            "resend": self.resend_view,
        }
        own = [
            path(
                f"<int:object_id>/{name}/",
                self.admin_site.admin_view(require_POST(view)),
                name=f"webhooks_webhookendpoint_{name}",
            )
            for name, view in buttons.items()
        ]
        return [*own, *super().get_urls()]

    @display(description=_("what it is told of"))
    def kinds_shown(self, obj: WebhookEndpoint) -> str:
        if len(obj.kinds) > 3:
            count = len(obj.kinds)
            return ngettext("%(count)s kind of facts", "%(count)s kinds of facts", count) % {"count": count}
        return ", ".join(obj.kinds)

    @display(description=_("state"), label=TONES)
    def state_shown(self, obj: WebhookEndpoint) -> tuple[str, str]:
        said, tone = called.say_endpoint(obj)
        return tone, said

    @display(description=_("why it was switched off"))
    def off_said(self, obj: WebhookEndpoint) -> str:
        return called.why_off(obj) or "–"

    def save_model(self, request: HttpRequest, obj: WebhookEndpoint, form: Any, change: bool) -> None:
        """A new one gets its secret here."""
        if change:
            endpoints.change(obj, timezone.now())
        else:
            request.secret = endpoints.make(obj, timezone.now(), request.user)  # type: ignore[attr-defined]

    def delete_model(self, request: HttpRequest, obj: WebhookEndpoint) -> None:
        """With what it was still to be told."""
        endpoints.remove(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """The same for each."""
        for one in queryset:
            endpoints.remove(one)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        """Making it has noted itself."""
        return self.log_only(request, obj, message)

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: Any = None
    ) -> HttpResponse:
        """The secret: it stands on this page and nowhere else."""
        return self._secret(request, obj, request.secret)  # type: ignore[attr-defined]

    def rotate_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A new secret; the old one signs beside it for another day."""
        row = self._row(request, object_id)
        secret = endpoints.rotate(row, timezone.now(), request.user)
        row.refresh_from_db()
        return self._secret(request, row, secret)

    def test_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Here and now, and what came of it."""
        row = self._row(request, object_id)
        ended = send_test(row, timezone.now(), request.user)
        told = {"name": row.name, "code": ended.answer.code, "ms": grouped(ended.took_ms)}
        if ended.answer.good:
            words = gettext("“%(name)s” answered %(code)s to the test, in %(ms)s ms.")
            messages.success(request, words % told)
        else:
            why = called.say_reason(ended.answer.code, ended.reason)
            messages.error(
                request, gettext("The test did not reach “%(name)s”: %(why)s.") % {**told, "why": why}
            )
        return redirect(url_of("webhooks_webhookendpoint", row.pk))

    def resend_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """All that was given up since a day, which the form names."""
        row, field = self._row(request, object_id), forms.DateTimeField()
        try:
            since = field.clean(request.POST.get("since", ""))
        except ValidationError:
            messages.error(request, gettext("Write since when, like 2026-03-14 10:00."))
            return redirect(url_of("webhooks_webhookendpoint", row.pk))
        _say_resent(request, resend_given_up(row.pk, since, timezone.now(), request.user))
        return redirect(url_of("webhooks_webhookendpoint", row.pk))

    def _row(self, request: HttpRequest, pk: int) -> WebhookEndpoint:
        row = get_object_or_404(WebhookEndpoint, pk=pk)
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        return row

    def _secret(self, request: HttpRequest, row: WebhookEndpoint, secret: str) -> HttpResponse:
        title = gettext("The secret of “%(name)s”") % {"name": row.name}
        shown = {"title": title, "row": row, "secret": secret}
        answer = render(request, "studio/webhook_secret.html", self.admin_site.each_context(request) | shown)
        answer["Cache-Control"] = "no-store"
        return answer

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """What it was told lately."""
        if obj is None:
            return {}
        return {"lines": called.lines(obj), "counted": called.counted(obj), "off": called.why_off(obj)}


def _say_resent(request: HttpRequest, count: int) -> None:
    said = ngettext("%(count)s call is made again.", "%(count)s calls are made again.", count)
    messages.success(request, said % {"count": grouped(count)})


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(BigHistory):
    """Calls: those to come, those that were told, those that were given up."""

    change_form_template = "studio/webhook_call.html"
    list_display = ("kind", "endpoint_shown", "state_shown", "why_shown", "took_ms", "happened_at")
    list_filter = ("state", "kind")
    search_fields = ("=key",)
    search_help_text = _("The webhook-id of a call")
    ordering = ("-id",)
    together = ("endpoint",)
    actions = ("resend_selected",)
    fields = (
        "kind", "endpoint_shown", "customer_shown", "key", "state_said", "attempts", "code", "why_shown", "answer",
        "took_ms", "happened_at", "tried_at", "body_shown",
    )  # fmt: skip
    readonly_fields = ("endpoint_shown", "customer_shown", "state_said", "why_shown", "body_shown")

    def get_urls(self) -> list[URLPattern]:
        """With the button of one."""
        view = self.admin_site.admin_view(require_POST(self.resend_view))
        name = "webhooks_webhookdelivery_resend"
        return [path("<int:object_id>/resend/", view, name=name), *super().get_urls()]

    @display(description=_("webhook"))
    def endpoint_shown(self, obj: WebhookDelivery) -> str:
        endpoint = related(obj, "endpoint")
        return linked(url_of("webhooks_webhookendpoint", endpoint.pk), endpoint) if endpoint else "–"

    @display(description=_("customer"))
    def customer_shown(self, obj: WebhookDelivery) -> str:
        return customer_link(obj) if obj.customer_id else "–"

    @display(description=_("state"), label=TONES)
    def state_shown(self, obj: WebhookDelivery) -> tuple[str, str]:
        said, tone = called.say_state(obj)
        return tone, said

    @display(description=_("state"))
    def state_said(self, obj: WebhookDelivery) -> str:
        return called.say_state(obj)[0]

    @display(description=_("why not"))
    def why_shown(self, obj: WebhookDelivery) -> str:
        return called.say_reason(obj.code, obj.reason) if obj.reason else "–"

    @display(description=_("what it says"))
    def body_shown(self, obj: WebhookDelivery) -> str:
        said = calls.pretty(written(bodies([obj])[0]).decode())
        return format_html('<pre class="st-source st-wrapped" tabindex="0">{}</pre>', said)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """Whoever may change endpoints."""
        return bool(request.user.has_perm(MAY_RESEND))

    @action(description=_("Send the selected calls again"), permissions=["resend"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        ids = list(queryset.values_list("pk", flat=True)[:MOST])
        _say_resent(request, resend(ids, timezone.now(), request.user))

    def resend_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Send again"."""
        row = get_object_or_404(WebhookDelivery, pk=object_id)
        if not (self.has_view_permission(request, row) and self.has_resend_permission(request)):
            raise PermissionDenied
        _say_resent(request, resend([row.pk], timezone.now(), request.user))
        return redirect(url_of("webhooks_webhookdelivery", row.pk))

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """The button, where it can do something."""
        final = obj is not None and obj.state != WebhookDelivery.State.DUE and obj.customer_id
        return {"may_resend": bool(final) and self.has_resend_permission(request)}
