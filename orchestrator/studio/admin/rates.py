"""How fast a channel or a provider may be used, and what waits for it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator import registry
from orchestrator.domain.rates import MOST
from orchestrator.messaging.models import RateLimit
from orchestrator.messaging.tokens import Limit
from orchestrator.messaging.turns import line_of
from orchestrator.studio import checks, words
from orchestrator.studio.admin.base import StudioAdmin
from orchestrator.studio.fields import CHANNEL_HELP
from orchestrator.studio.numbers import grouped

RULE = ("channel", "provider", "messages", "per", "burst", "enabled")


class RateForm(forms.ModelForm):
    """A rate limit of a channel, or of one provider of it."""

    class Meta:
        model = RateLimit
        fields = RULE
        help_texts = {"channel": CHANNEL_HELP}

    def clean_channel(self) -> str:
        """One that exists: a limit of another would slow nothing down."""
        return checks.channels([self.cleaned_data["channel"]])[0]

    def clean(self) -> dict[str, Any]:
        """The provider is the channel's, and the numbers are such as buckets can hold."""
        cleaned = super().clean() or {}
        channel, provider = cleaned.get("channel"), cleaned.get("provider")
        if channel and provider and provider not in (known := registry.current().providers_of(channel)):
            told = {"written": provider, "known": ", ".join(known) or "–"}
            self.add_error(
                "provider",
                ValidationError(
                    _("“%(written)s” is not a provider of this channel. There are: %(known)s."), params=told
                ),
            )
        for name in ("messages", "burst"):
            if name in cleaned and not 1 <= cleaned[name] <= MOST:
                self.add_error(name, _("Write a number from 1 to 1,000,000."))
        return cleaned


@admin.register(RateLimit)
class RateLimitAdmin(StudioAdmin):
    """Rate limits, and what waits for them."""

    form = RateForm
    list_display = ("channel_shown", "provider_shown", "rule", "burst_shown", "waiting_shown", "enabled")
    fieldsets = ((None, {"fields": RULE}),)
    ordering = ("channel", "provider")

    def save_model(self, request: HttpRequest, obj: RateLimit, form: forms.ModelForm, change: bool) -> None:
        """The rule alone: the bucket is the workers', and has moved since the page was opened."""
        obj.save(update_fields=RULE if change else None)

    @display(description=_("channel"))
    def channel_shown(self, obj: RateLimit) -> str:
        return words.channel(obj.channel)

    @display(description=_("at most"))
    def rule(self, obj: RateLimit) -> str:
        return words.rate(obj.messages, obj.per)

    @display(description=_("provider"), ordering="provider")
    def provider_shown(self, obj: RateLimit) -> str:
        return obj.provider or gettext("all together")

    @display(description=_("at once after a rest"))
    def burst_shown(self, obj: RateLimit) -> str:
        return grouped(obj.burst)

    @display(description=_("waiting"))
    def waiting_shown(self, obj: RateLimit) -> str:
        now = timezone.now()
        line = line_of(Limit(obj.pk, obj.channel, obj.provider, obj.rate, obj.bucket), now)
        if not obj.enabled or not line.count:
            return "–"
        told = {"count": grouped(line.count), "when": words.moment(line.gone_at)}
        if line.gone_at <= now:
            return gettext("%(count)s, and they go at once") % told
        return gettext("%(count)s; the last goes about %(when)s") % told
