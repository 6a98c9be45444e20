"""What a person did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.store.fields import MoneyField


class Event(models.Model):
    """One thing that happened. Append-only; `key` makes a second delivery of the same event a no-op.

    `pending` is the mark by which journeys find what they have not looked at yet. A mark and not a high-water id:
    ids are given before commits, and a row that commits late would be passed over for ever.
    """

    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="events",
        verbose_name=_("customer"),
    )
    name = models.CharField(_("event"), max_length=100)
    occurred_at = models.DateTimeField(_("occurred"))
    received_at = models.DateTimeField(_("received"))
    key = models.CharField(_("key"), max_length=100, unique=True)
    amount = MoneyField(_("amount"), null=True, blank=True)
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    # Imported history: it informs rules and totals, and starts nothing.
    backfilled = models.BooleanField(_("imported history"), default=False)
    pending = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        indexes = [
            models.Index(fields=["customer", "name", "occurred_at"], name="event_of_customer"),
            models.Index(fields=["occurred_at"], condition=Q(pending=True), name="event_pending"),
            models.Index(fields=["-occurred_at"], name="event_newest"),
            # Few orders are cancelled or returned: whether any of somebody's was is asked of every order (net_sql).
            models.Index(
                fields=["customer", "occurred_at"],
                condition=Q(name__in=("order.cancelled", "order.returned")),
                name="event_order_changed",
            ),
        ]

    def __str__(self) -> str:
        return self.name
