"""What is wrong or was, and who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.decorators import display

from orchestrator.domain.outbound import Forbidden, check
from orchestrator.journeys.alarms.letters import addresses
from orchestrator.journeys.alarms.tell import test
from orchestrator.journeys.alarms.words import say
from orchestrator.studio import checks, telling
from orchestrator.studio.admin.base import History, StudioAdmin
from orchestrator.studio.links import linked, url_of
from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice

MOST_ADDRESSES = 20
_SEVERITIES = {"grave": "danger", "warning": "warning"}


@admin.register(Alarm)
class AlarmAdmin(History):
    """Alarms: those that are open, and those that were."""

    list_display = ("sentence", "severity_shown", "state_shown", "opened_at", "closed_at")
    list_display_links = ("sentence",)
    list_filter = ("kind",)
    ordering = ("-id",)
    fields = ("sentence", "mends", "severity", "state_said", "opened_at", "closed_at", "told")
    readonly_fields = ("sentence", "mends", "state_said", "told")

    @display(description=_("what is wrong"))
    def sentence(self, obj: Alarm) -> str:
        return say(obj.kind, obj.subject, obj.evidence).text

    @display(description=_("severity"), label=_SEVERITIES)
    def severity_shown(self, obj: Alarm) -> tuple[str, str]:
        return obj.severity, obj.get_severity_display()

    @display(description=_("state"), label={"open": "danger", "over": "success"})
    def state_shown(self, obj: Alarm) -> tuple[str, str]:
        return ("over", gettext("over")) if obj.closed_at else ("open", gettext("open"))

    @display(description=_("state"))
    def state_said(self, obj: Alarm) -> str:
        return self.state_shown(obj)[1]

    @display(description=_("where it is mended"))
    def mends(self, obj: Alarm) -> SafeString:
        said = say(obj.kind, obj.subject, obj.evidence)
        return linked(said.url, said.button)

    @display(description=_("who was told"))
    def told(self, obj: Alarm) -> SafeString | str:
        rows = obj.notices.select_related("channel").order_by("id")
        lines = ((one.channel.name, one.get_what_display(), telling.say_state(one)[0]) for one in rows)
        return format_html_join("", "<p>{} · {} · {}</p>", lines) or "–"


@admin.register(AlarmNotice)
class AlarmNoticeAdmin(History):
    """Each telling, and what came of it."""

    list_display = ("alarm_shown", "channel", "what", "state_shown", "tries", "failure_shown", "made_at")
    list_select_related = ("alarm", "channel")
    ordering = ("-id",)
    fields = ("alarm_shown", "channel", "what", "state_said", "tries", "failure_shown", "made_at", "told_at")
    readonly_fields = ("alarm_shown", "state_said", "failure_shown")

    @display(description=_("alarm"))
    def alarm_shown(self, obj: AlarmNotice) -> str:
        return str(obj.alarm)

    @display(
        description=_("state"),
        label={"success": "success", "danger": "danger", "warning": "warning", "info": "info"},
    )
    def state_shown(self, obj: AlarmNotice) -> tuple[str, str]:
        said, tone = telling.say_state(obj)
        return tone, said

    @display(description=_("state"))
    def state_said(self, obj: AlarmNotice) -> str:
        return telling.say_state(obj)[0]

    @display(description=_("last failure"))
    def failure_shown(self, obj: AlarmNotice) -> str:
        return telling.say_failure(obj.failure) or "–"


class AlarmChannelForm(forms.ModelForm):
    """A channel leads somewhere: to addresses, or to a URL that may be called."""

    class Meta:
        model = AlarmChannel
        fields = ("name", "means", "to", "least", "language", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk and "language" in self.fields:
            self.fields["language"].initial = (get_language() or "en").partition("-")[0]

    def clean_name(self) -> str:
        """One line: it goes into letters."""
        return checks.one_line(self.cleaned_data["name"])

    def clean(self) -> dict[str, Any]:
        """What stands in `to` is what `means` says."""
        cleaned = super().clean() or {}
        if cleaned.get("to") and cleaned.get("means"):
            try:
                (_check_url if cleaned["means"] == "webhook" else _check_addresses)(cleaned["to"].strip())
            except ValidationError as error:
                self.add_error("to", error)
        return cleaned


def _check_addresses(written: str) -> None:
    found = addresses(AlarmChannel(to=written))
    if len(found) > MOST_ADDRESSES:
        raise ValidationError(_("Write at most %(most)s addresses."), params={"most": MOST_ADDRESSES})
    for one in found or [""]:
        try:
            validate_email(one)
        except ValidationError:
            problem = _("“%(written)s” is not an address of email.")
            raise ValidationError(problem, params={"written": one[:60]}) from None


def _check_url(written: str) -> None:
    try:
        check(written, settings.OUTBOUND_ALLOWLIST)
    except Forbidden as error:
        raise ValidationError(
            _("This address may not be called: %(why)s"), params={"why": str(error)}
        ) from None
    if not settings.WEBHOOK_SECRETS:
        raise ValidationError(_("Webhooks are signed: set WEBHOOK_SECRETS first."))


@admin.register(AlarmChannel)
class AlarmChannelAdmin(StudioAdmin):
    """Who is told of alarms."""

    form = AlarmChannelForm
    change_form_template = "studio/alarm_channel.html"
    list_display = ("name", "means", "to", "least", "language", "enabled")
    search_fields = ("name",)
    fields = ("name", "means", "to", "least", "language", "enabled")

    def get_urls(self) -> list[URLPattern]:
        """The button, beside what every page has."""
        view = self.admin_site.admin_view(require_POST(self.test_view))
        return [path("<int:object_id>/test/", view, name="workspace_alarmchannel_test"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: AlarmChannel, form: Any, change: bool) -> None:
        """Save it; whoever is switched off is not told of what has waited meanwhile, either."""
        super().save_model(request, obj, form, change)
        if not obj.enabled:
            AlarmNotice.objects.filter(channel=obj, told_at=None).update(due_at=None)

    def test_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The button "Send a test alarm": here and now, and what came of it."""
        channel = get_object_or_404(AlarmChannel, pk=object_id)
        if not self.has_change_permission(request, channel):
            raise PermissionDenied
        failure = test(channel, timezone.now())
        told = {"name": channel.name, "why": telling.say_failure(failure)}
        if failure:
            messages.error(request, gettext("The test did not reach “%(name)s”: %(why)s.") % told)
        else:
            messages.success(request, gettext("A test alarm is sent to “%(name)s”.") % told)
        return redirect(url_of("workspace_alarmchannel", channel.pk))

    def around(self, request: HttpRequest, obj: Any) -> Mapping[str, Any]:
        """What is to be known of telling, and what was told."""
        history = telling.history(obj) if obj is not None else []
        return {"channel": obj, "means": list(telling.means(obj)), "history": history}
