"""How often, and when, people may be written to."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator.domain import durations
from orchestrator.domain.definition.header import EXPIRES
from orchestrator.domain.frequency import OWN
from orchestrator.messaging.limits import quiet_hours
from orchestrator.messaging.models import FrequencyCap, QuietHoursRule
from orchestrator.studio import checks, pressed, words
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.fields import CHANNELS_HELP, WordsField, monospace


class CapForm(forms.ModelForm):
    """A cap has exactly one window."""

    channels = WordsField(label=_("Channels"), help_text=CHANNELS_HELP)

    class Meta:
        model = FrequencyCap
        fields = ("name", "limit", "rolling", "calendar", "channels", "topic", "brand", "enabled")

    def clean_name(self) -> str:
        """Not the one by which a person's own wish is told from the caps of the workspace."""
        name = str(self.cleaned_data["name"])
        if name.strip().casefold() == OWN:
            raise ValidationError(
                _("“%(name)s” is how a customer's own wish is called; choose another name."),
                params={"name": name},
            )
        return name

    def clean_channels(self) -> list[str]:
        """Those that exist: a cap on another would count nothing."""
        return checks.channels(self.cleaned_data["channels"], personal=True)

    def clean_rolling(self) -> str:
        """A duration, in its one spelling."""
        written = self.cleaned_data["rolling"]
        if not written:
            return ""
        try:
            return str(durations.parse(written))
        except ValueError:
            raise ValidationError(
                _("“%(written)s” is not a duration; write a number and a unit in English, such as 7 days."),
                params={"written": written},
            ) from None

    def clean(self) -> dict[str, Any]:
        """One window, no more and no less."""
        cleaned = super().clean() or {}
        if "rolling" in cleaned and bool(cleaned["rolling"]) == bool(cleaned.get("calendar")):
            raise ValidationError(_("Fill in one of “in any” and “in each”: a cap counts in one window."))
        return cleaned


@admin.register(FrequencyCap)
class FrequencyCapAdmin(StudioAdmin):
    """Frequency caps."""

    form = CapForm
    change_form_template = "studio/limit.html"
    list_display = ("name", "rule", "scope", "enabled")
    list_select_related = ("topic", "brand")
    search_fields = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "limit", "rolling", "calendar", "enabled")}),
        (_("Counts only"), {"fields": ("channels", "topic", "brand")}),
    )

    def get_urls(self) -> list[URLPattern]:
        """With the page "Pressure"."""
        view = self.admin_site.admin_view(self.pressure_view)
        return [path("pressure/", view, name="messaging_frequencycap_pressure"), *super().get_urls()]

    def pressure_view(self, request: HttpRequest) -> HttpResponse:
        """The page "Pressure": how much people get, who is at a cap, and at what hours we write."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        seen = pressed.read(request.GET.dict(), timezone.now())
        context = {**self.admin_site.each_context(request), "title": gettext("Pressure"), **seen}
        return TemplateResponse(request, "studio/pressure.html", context)

    @display(description=_("at most"))
    def rule(self, obj: FrequencyCap) -> str:
        count = ngettext("%(count)s message", "%(count)s messages", obj.limit) % {"count": obj.limit}
        if obj.calendar:
            return gettext("%(messages)s in each %(window)s") % {
                "messages": count,
                "window": obj.get_calendar_display(),
            }
        return gettext("%(messages)s in any %(window)s") % {"messages": count, "window": obj.rolling}

    @display(description=_("counts"))
    def scope(self, obj: FrequencyCap) -> str:
        parts = [words.channel(code) for code in obj.channels]
        parts += [str(part) for part in (obj.topic, obj.brand) if part]
        return ", ".join(parts) or gettext("every marketing message")


class QuietForm(forms.ModelForm):
    """Quiet hours are read as the gate will read them."""

    class Meta:
        model = QuietHoursRule
        fields = ("name", "channel", "purpose", "ranges", "holidays", "enabled")
        widgets = {"ranges": monospace(6)}
        field_classes = {"ranges": checks.RangesField}
        help_texts = {
            "ranges": _(
                'A list such as [{"weekdays": [0, 1, 2, 3, 4, 5, 6], "start": "21:00", "end": "08:00"}].'
                " 0 is Monday; a range may pass midnight."
            )
        }

    def clean_channel(self) -> str:
        """One that exists: quiet hours of another would silence nothing."""
        return checks.channels([self.cleaned_data["channel"]], personal=True)[0]

    def clean_purpose(self) -> str:
        """One that messages have."""
        written = str(self.cleaned_data["purpose"])
        if written not in EXPIRES:
            told = {"written": written, "known": ", ".join(EXPIRES)}
            raise ValidationError(_("“%(written)s” is not a purpose. There are: %(known)s."), params=told)
        return written

    def clean(self) -> dict[str, Any]:
        """Refuse what the gate could not use."""
        cleaned = super().clean() or {}
        if "ranges" not in cleaned or "holidays" not in cleaned:
            return cleaned
        try:
            quiet_hours(cleaned["ranges"], cleaned["holidays"])
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValidationError(
                _("These quiet hours cannot be read (%(why)s). Write them like the example."),
                params={"why": error},
            ) from error
        return cleaned


@admin.register(QuietHoursRule)
class QuietHoursRuleAdmin(StudioAdmin):
    """Quiet hours."""

    form = QuietForm
    change_form_template = "studio/limit.html"
    list_display = ("name", "channel_shown", "purpose_shown", "hours", "holidays", "enabled")
    search_fields = ("name",)

    @display(description=_("channel"))
    def channel_shown(self, obj: QuietHoursRule) -> str:
        return words.channel(obj.channel)

    @display(description=_("purpose"))
    def purpose_shown(self, obj: QuietHoursRule) -> str:
        return words.purpose(obj.purpose)

    @display(description=_("quiet"))
    def hours(self, obj: QuietHoursRule) -> str:
        return "; ".join(_range(one) for one in obj.ranges if isinstance(one, dict)) or "–"


def _range(one: dict[str, Any]) -> str:
    days = one.get("weekdays")
    span = f"{one.get('start', '?')}–{one.get('end', '?')}"
    if not isinstance(days, list) or set(days) >= set(range(7)):
        return gettext("every day %(span)s") % {"span": span}
    from django.utils.dates import WEEKDAYS_ABBR

    return ", ".join(str(WEEKDAYS_ABBR.get(day, day)) for day in days) + f" {span}"
