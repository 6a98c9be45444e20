"""What messages cost, and what may be spent on them."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.workspace.models import Brand


class Price(models.Model):
    """What a channel costs, in the workspace's currency. The row that says most holds: provider, then country."""

    channel = models.CharField(_("channel"), max_length=31)
    provider = models.CharField(
        _("provider"), max_length=63, blank=True, help_text=_("Empty: any that has no price of its own.")
    )
    country = models.CharField(
        _("to the country"),
        max_length=2,
        blank=True,
        help_text=_("Two letters, such as DE. Empty: any that has no price of its own."),
    )
    amount = models.DecimalField(
        _("price"), max_digits=10, decimal_places=4, validators=[MinValueValidator(0)]
    )
    per = models.CharField(
        _("for each"),
        max_length=7,
        default="message",
        choices=[("part", _("part of a text message")), ("message", _("message"))],
    )

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider", "country"], name="price_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="price_not_negative"),
        ]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.channel, self.provider, self.country) if part)


class Budget(models.Model):
    """At most `amount` in each period, by the workspace's calendar. Several hold together; the tightest wins."""

    name = models.CharField(_("name"), max_length=100)
    amount = models.DecimalField(
        _("at most"), max_digits=14, decimal_places=4, validators=[MinValueValidator(0)]
    )
    period = models.CharField(
        _("in each"),
        max_length=5,
        blank=True,
        choices=[("day", _("day")), ("week", _("week")), ("month", _("month"))],
        help_text=_("Empty: once, for as long as the budget stands."),
    )
    channels = models.JSONField(
        _("channels"), default=list, blank=True, help_text=_("Empty: all of them together.")
    )
    brand = models.ForeignKey(Brand, models.PROTECT, null=True, blank=True, verbose_name=_("brand"))
    journey = models.CharField(
        _("journey or campaign"), max_length=63, blank=True, help_text=_("Its key. Empty: all of them.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        verbose_name = _("budget")
        verbose_name_plural = _("budgets")
        constraints = [models.CheckConstraint(condition=Q(amount__gte=0), name="budget_not_negative")]

    def __str__(self) -> str:
        return self.name


class Spending(models.Model):
    """What a budget has reserved and spent in one period: always the sum of the messages that are charged to it."""

    budget = models.ForeignKey(
        Budget, models.PROTECT, related_name="spendings", verbose_name=_("budget"), db_index=False
    )
    period = models.CharField(_("period"), max_length=5, blank=True)
    begins_on = models.DateField(_("from"))
    spent = models.DecimalField(_("spent"), max_digits=14, decimal_places=4, default=0)

    class Meta:
        verbose_name = _("spending")
        verbose_name_plural = _("spending")
        constraints = [
            models.UniqueConstraint(fields=["budget", "period", "begins_on"], name="spending_once")
        ]

    def __str__(self) -> str:
        return str(self.budget)
