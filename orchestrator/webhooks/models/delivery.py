"""A call: one fact that one endpoint is to be told of."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.webhooks.models.endpoint import WebhookEndpoint

LONGEST_ANSWER = 200


class WebhookDelivery(models.Model):
    """`key` is the `webhook-id`, the same at every attempt. `data` holds numbers, keys and words of ours alone: what the
    call says of the customer beside their number is looked up when it is made, so that nothing personal is kept here.

    `due_at`: when it is tried next; while a worker has it, when its lease runs out. `attempts` is the fence: an answer is
    written only for the attempt that it answers. `answer` is what the receiver wrote, which may quote anything.
    """

    class State(models.TextChoices):
        DUE = "due", _("to be told")
        TOLD = "told", _("has been told")
        GIVEN_UP = "given_up", _("given up")

    key = models.CharField(_("id"), max_length=36, unique=True)
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        models.DO_NOTHING,
        null=True,  # never empty: so that rows whose endpoint is gone are found with it, and not left out
        db_constraint=False,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("webhook"),
    )
    # Empty of a test alone.
    customer = models.ForeignKey(
        Customer, models.DO_NOTHING, null=True, db_constraint=False, verbose_name=_("customer")
    )
    kind = models.CharField(_("what"), max_length=31)
    data = models.JSONField(_("what it says"))
    happened_at = models.DateTimeField(_("happened"))
    created_at = models.DateTimeField(_("written"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DUE)
    due_at = models.DateTimeField(_("next attempt"), null=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    code = models.PositiveSmallIntegerField(_("answered with"), null=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    answer = models.CharField(_("answer"), max_length=LONGEST_ANSWER, blank=True)
    took_ms = models.PositiveIntegerField(_("took, in ms"), null=True)
    tried_at = models.DateTimeField(_("last attempt"), null=True)
    final_at = models.DateTimeField(_("told or given up"), null=True)

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        indexes = [
            models.Index(
                fields=["endpoint", "due_at", "id"], condition=Q(state="due"), name="webhook_delivery_due"
            ),
            models.Index(fields=["endpoint", "-id"], name="webhook_delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} · {self.key}"
