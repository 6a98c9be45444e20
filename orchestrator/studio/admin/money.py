"""What messages cost, and what may be spent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch, QuerySet, Value
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from orchestrator import registry
from orchestrator.domain import money
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import Budget, Price, Spending
from orchestrator.messaging.money import look_again
from orchestrator.studio import amounts, checks, words
from orchestrator.studio.admin.base import History, StudioAdmin
from orchestrator.studio.fields import CHANNEL_HELP, CHANNELS_HELP, WordsField
from orchestrator.studio.titles import keyed, title_of_key
from orchestrator.workspace.models import Workspace

PERIODS: tuple[money.Period, ...] = ("day", "week", "month", "")
PERIOD_TITLES = [("day", _("day")), ("week", _("week")), ("month", _("month"))]


class AmountForm(forms.ModelForm):
    """The amount without zeros that say nothing, and the currency it is in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "amount" in self.fields:  # to who may only look, the form has none
            told = {"currency": Workspace.get().currency}
            self.fields["amount"].help_text = gettext("In %(currency)s.") % told
        if self.instance.pk:
            self.initial["amount"] = amounts.plain(self.instance.amount)


class PriceForm(AmountForm):
    """A price is of a channel that exists, and counts parts only where there are some."""

    class Meta:
        model = Price
        fields = ("channel", "amount", "per", "provider", "country")
        help_texts = {"channel": CHANNEL_HELP}

    def clean_channel(self) -> str:
        """One that exists: another would cost nothing."""
        return checks.channels([self.cleaned_data["channel"]])[0]

    def clean_country(self) -> str:
        """Two letters, or none."""
        written = self.cleaned_data["country"]
        return checks.country(written) if written else ""

    def clean(self) -> dict[str, Any]:
        """A provider of the channel, and parts of text messages alone."""
        cleaned = super().clean() or {}
        channel, provider = cleaned.get("channel"), cleaned.get("provider")
        if channel and cleaned.get("per") == "part" and channel != "sms":
            self.add_error("per", _("Only text messages have parts: choose “message”."))
        known = {name for name, one in registry.current().providers.items() if one.channel == channel}
        if channel and provider and provider not in known:
            told = {"written": provider, "known": ", ".join(sorted(known))}
            problem = _("“%(written)s” is not a provider of this channel. There are: %(known)s.")
            self.add_error("provider", ValidationError(problem, params=told))
        return cleaned


@admin.register(Price)
class PriceAdmin(StudioAdmin):
    """Prices."""

    form = PriceForm
    list_display = ("channel_shown", "price", "provider_shown", "country_shown")
    ordering = ("channel", "provider", "country")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Price]:
        """All, with the currency they are in."""
        return super().get_queryset(request).annotate(currency=_currency())

    @display(description=_("channel"), ordering="channel")
    def channel_shown(self, obj: Price) -> str:
        return words.channel(obj.channel)

    @display(description=_("price"), ordering="amount")
    def price(self, obj: Any) -> str:
        told = {"amount": amounts.shown(obj.amount, obj.currency)}
        return (gettext("%(amount)s a part") if obj.per == "part" else gettext("%(amount)s a message")) % told

    @display(description=_("provider"), ordering="provider")
    def provider_shown(self, obj: Price) -> str:
        return obj.provider or gettext("any other")

    @display(description=_("to the country"), ordering="country")
    def country_shown(self, obj: Price) -> str:
        return obj.country or gettext("any other")


class BudgetForm(AmountForm):
    """A budget is of what exists: on anything else it would count nothing."""

    channels = WordsField(label=_("Channels"), help_text=CHANNELS_HELP)

    class Meta:
        model = Budget
        fields = ("name", "amount", "period", "channels", "brand", "journey", "enabled")

    def clean_channels(self) -> list[str]:
        """Those that exist."""
        return checks.channels(self.cleaned_data["channels"])

    def clean_journey(self) -> str:
        """The key of a journey or a campaign."""
        written = str(self.cleaned_data["journey"])
        if written and not Journey.objects.filter(key=written).exists():
            told = {"written": written}
            raise ValidationError(_("There is no journey or campaign “%(written)s”."), params=told)
        return written


@admin.register(Budget)
class BudgetAdmin(StudioAdmin):
    """Budgets, with what is spent of each in its period, and what is left. One that has paid is not deleted."""

    form = BudgetForm
    list_display = ("name", "rule", "spent", "left", "scope", "enabled")
    list_select_related = ("brand",)
    search_fields = ("name",)
    readonly_fields = ("spent", "left")
    fieldsets = (
        (None, {"fields": ("name", "amount", "period", "enabled")}),
        (_("Pays only for"), {"fields": ("channels", "brand", "journey")}),
        (_("Now"), {"fields": ("spent", "left")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Budget]:
        """All, with the currency, and what is spent in the periods that run now."""
        zone, now = ZoneInfo(Workspace.get().time_zone), timezone.now()
        running = {money.Budget(0, "", Decimal(0), period).begins_on(now, zone) for period in PERIODS}
        current = Prefetch("spendings", Spending.objects.filter(begins_on__in=running), "running")
        return keyed(super().get_queryset(request).annotate(currency=_currency()).prefetch_related(current))

    def save_model(self, request: HttpRequest, obj: Budget, form: Any, change: bool) -> None:
        """Whoever waits for money is looked at again with what there is now."""
        super().save_model(request, obj, form, change)
        look_again(timezone.now())

    @display(description=_("at most"))
    def rule(self, obj: Any) -> str:
        amount = amounts.shown(obj.amount, obj.currency)
        if not obj.period:
            return gettext("%(amount)s once") % {"amount": amount}
        return gettext("%(amount)s in each %(period)s") % {
            "amount": amount,
            "period": obj.get_period_display(),
        }

    @display(description=_("spent in this period"))
    def spent(self, obj: Any) -> str:
        return amounts.shown(_spent(obj), obj.currency) if obj.pk else "–"

    @display(description=_("left to spend"))
    def left(self, obj: Any) -> str:
        return amounts.shown(max(obj.amount - _spent(obj), Decimal(0)), obj.currency) if obj.pk else "–"

    @display(description=_("pays for"))
    def scope(self, obj: Budget) -> str:
        parts = [words.channel(code) for code in obj.channels]
        parts += [str(obj.brand)] if obj.brand else []
        parts += [title_of_key(obj)] if obj.journey else []
        return ", ".join(parts) or gettext("every marketing message")


@admin.register(Spending)
class SpendingAdmin(History):
    """What each budget has spent, period by period; the engine writes it."""

    list_display = ("budget", "period_shown", "from_shown", "spent_shown", "at_most")
    list_select_related = ("budget",)
    list_filter = ("budget",)
    ordering = ("-begins_on", "-id")
    fields = ("budget", "period_shown", "from_shown", "spent_shown", "at_most")
    readonly_fields = ("period_shown", "from_shown", "spent_shown", "at_most")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Spending]:
        """All, with the currency they are in."""
        return super().get_queryset(request).annotate(currency=_currency())

    @display(description=_("spent"), ordering="spent")
    def spent_shown(self, obj: Any) -> str:
        return amounts.shown(obj.spent, obj.currency)

    @display(description=_("of at most"))
    def at_most(self, obj: Any) -> str:
        """The budget as it is now; it may have been another then, and of another period."""
        return amounts.shown(obj.budget.amount, obj.currency) if obj.period == obj.budget.period else "–"

    @display(description=_("from"), ordering="begins_on")
    def from_shown(self, obj: Spending) -> str:
        if obj.begins_on == money.WHOLE_LIFE:
            return gettext("the beginning")
        return formats.date_format(obj.begins_on, "DATE_FORMAT")

    @display(description=_("period"))
    def period_shown(self, obj: Spending) -> str:
        return str(dict(PERIOD_TITLES).get(obj.period, _("all of it")))


def _currency() -> Value:
    return Value(Workspace.get().currency)


def _spent(budget: Any) -> Decimal:
    """In the period that runs now. A budget whose periods were others before keeps those rows apart."""
    return next((row.spent for row in budget.running if row.period == budget.period), Decimal(0))
