"""A person."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """A person, as the company knows them. `attributes` holds current facts by name; history is in events."""

    external_id = models.CharField(_("external id"), max_length=100, null=True, blank=True, unique=True)
    language = models.CharField(_("language"), max_length=12, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    last_seen_zone = models.CharField(_("zone of the last device"), max_length=64, blank=True)
    attributes = models.JSONField(_("attributes"), default=dict, blank=True)
    personalization = models.CharField(
        _("personalization"),
        max_length=5,
        default="full",
        choices=[("full", _("full")), ("basic", _("basic")), ("none", _("none"))],
    )
    # What they asked of us beside their consents: how often at most, nothing until a day, and (RODO art. 18) nothing
    # but keeping their data until a matter is settled.
    own_limit = models.CharField(
        _("at most one marketing message"),
        max_length=5,
        blank=True,
        default="",
        db_default="",
        choices=[
            ("", _("as often as the rules say")),
            ("day", _("a day")),
            ("week", _("a week")),
            ("month", _("a month")),
        ],
    )
    paused_until = models.DateTimeField(_("asked for no marketing until"), null=True, blank=True)
    restricted_at = models.DateTimeField(_("processing restricted since"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))
    erased_at = models.DateTimeField(_("erased"), null=True, blank=True)
    # From the sequence of the hand-offs: what left before has a smaller number.
    erased_number = models.BigIntegerField(null=True, editable=False)
    # Their erasure is ordered and not done yet; when it is tried next: customers/ordered.py.
    erase_due_at = models.DateTimeField(null=True, editable=False)
    merged_into = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, verbose_name=_("merged into")
    )
    # Attributes changed since the journeys last looked: their dates must be planned anew.
    changed_pending = models.BooleanField(default=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        permissions = [
            ("export_customer", _("Can give out all that is known of a customer")),
            ("erase_customer", _("Can erase a customer for good")),
            ("restrict_customer", _("Can restrict what is done with a customer's data")),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(changed_pending=True), name="customer_changed"),
            models.Index(fields=["-created_at"], name="customer_newest"),
            models.Index(
                fields=["erase_due_at"], condition=Q(erase_due_at__isnull=False), name="customer_to_erase"
            ),
        ]

    def __str__(self) -> str:
        name = " ".join(str(self.attributes.get(part, "")) for part in ("first_name", "last_name")).strip()
        known = None if self.erased_at else self.external_id  # of the erased it is a hash
        return name or known or f"#{self.pk}"
