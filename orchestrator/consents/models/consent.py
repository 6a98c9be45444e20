"""The consent ledger and the current state derived from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.workspace.models import Brand


class ConsentState(models.TextChoices):
    """What a person said."""

    GRANTED = "granted", _("granted")
    WITHDRAWN = "withdrawn", _("withdrawn")
    PENDING = "pending", _("asked, not confirmed")


class ConsentRecord(models.Model):
    """One statement of a person about one channel and purpose. Append-only: the proof, word for word.

    `topic` empty means every topic. `number` comes from the sequence that hand-offs draw from too, under the same
    lock: that a message was handed off before a withdrawal is shown by numbers, not by clocks.
    """

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="consent_records", verbose_name=_("customer")
    )
    brand = models.ForeignKey(Brand, models.PROTECT, verbose_name=_("brand"))
    channel = models.CharField(_("channel"), max_length=31)
    purpose = models.CharField(_("purpose"), max_length=31, default="marketing")
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=ConsentState.choices)
    recorded_at = models.DateTimeField(_("recorded"))
    number = models.BigIntegerField(unique=True, editable=False)
    text = models.TextField(_("exact text shown"), blank=True)
    text_version = models.CharField(_("version of the text"), max_length=31, blank=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    source = models.CharField(_("source"), max_length=63)
    legal_basis = models.CharField(_("legal basis"), max_length=63, default="consent")
    proof = models.JSONField(_("proof"), default=dict, blank=True, help_text=_("IP, agent, double opt-in."))

    class Meta:
        verbose_name = _("consent record")
        verbose_name_plural = _("consent ledger")
        indexes = [models.Index(fields=["customer", "-number"], name="consent_record_of_customer")]

    def __str__(self) -> str:
        return f"{self.channel} · {self.purpose} · {self.get_state_display()}"


class Consent(models.Model):
    """The current state for a channel and purpose: the latest record, where of two at once the withdrawal wins."""

    customer = models.ForeignKey(
        Customer, models.CASCADE, related_name="consents", db_index=False, verbose_name=_("customer")
    )
    brand = models.ForeignKey(Brand, models.PROTECT, db_index=False, verbose_name=_("brand"))
    channel = models.CharField(_("channel"), max_length=31)
    purpose = models.CharField(_("purpose"), max_length=31)
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=ConsentState.choices)
    record = models.ForeignKey(ConsentRecord, models.PROTECT, db_index=False, verbose_name=_("record"))
    changed_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "brand", "channel", "purpose", "topic"], name="consent_one_current"
            )
        ]

    def __str__(self) -> str:
        return f"{self.channel} · {self.purpose} · {self.get_state_display()}"
