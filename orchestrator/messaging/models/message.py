"""The outbox row."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.domain.outbox import State
from orchestrator.messaging.models.template import TemplateVersion
from orchestrator.workspace.models import Brand

STATE_TITLES = {
    State.PLANNED: _("planned"),
    State.LEASED: _("being prepared"),
    State.HANDING_OFF: _("being handed off"),
    State.RETRY_WAIT: _("waiting to be tried again"),
    State.UNCERTAIN: _("uncertain"),
    State.ACCEPTED: _("accepted"),
    State.UNKNOWN: _("unknown"),
    State.REJECTED: _("rejected"),
    State.FAILED: _("failed"),
    State.SKIPPED: _("skipped"),
    State.GHOST: _("held out"),
    State.EXPIRED: _("expired"),
    State.CANCELLED: _("cancelled"),
    State.RENDER_FAILED: _("could not be rendered"),
    State.DEAD: _("dead"),
}
STATES = [(state.value, STATE_TITLES[state]) for state in State]


class Message(models.Model):
    """One message to one person over one channel; `domain/outbox.py` says how it may move.

    Journeys stand above this room, so they are named here (`journey`, `step`, `enrollment_id`), not referred to.
    `counted_at` is the cap's reservation: set by the gate, cleared by a definite refusal, so that counting rows is
    counting reservations. `charged` is the money's: the rows of Spending in which `cost` stands; it cannot outlive
    `counted_at`, so that no refusal can give back the one and not the other. `wake_pending` tells the journey that
    the message is final.
    """

    key = models.CharField(_("key"), max_length=32, unique=True)
    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="messages",
        verbose_name=_("customer"),
    )
    brand = models.ForeignKey(
        Brand, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("brand")
    )
    enrollment_id = models.BigIntegerField(_("enrollment"), null=True)
    journey = models.CharField(_("journey"), max_length=63)
    version = models.PositiveIntegerField(_("version"))
    step = models.CharField(_("step"), max_length=63)
    visit = models.PositiveIntegerField(_("visit"), default=1)
    template_version = models.ForeignKey(
        TemplateVersion, models.DO_NOTHING, db_constraint=False, db_index=False, verbose_name=_("template")
    )
    channel = models.CharField(_("channel"), max_length=31)
    purpose = models.CharField(_("purpose"), max_length=31)
    topic = models.CharField(_("topic"), max_length=63, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"))
    # When the journey was first published: of two messages equal in all else, the older journey's goes first.
    journey_at = models.DateTimeField()
    # What the journey tells the template: the entry and its event.
    parameters = models.JSONField(default=dict)
    held_out = models.BooleanField(_("held out"), default=False)
    obeys_caps = models.BooleanField(default=True)
    counts_toward_caps = models.BooleanField(default=True)
    on_cap = models.CharField(max_length=8, default="hold")
    test = models.BooleanField(_("test"), default=False)

    state = models.CharField(_("state"), max_length=13, choices=STATES, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("planned"))
    due_at = models.DateTimeField(_("due"))
    expires_at = models.DateTimeField(_("expires"))
    first_held_at = models.DateTimeField(_("first held"), null=True)
    handed_off_at = models.DateTimeField(_("handed off"), null=True)
    final_at = models.DateTimeField(_("final"), null=True)
    # What receipts say, beside the state and set once: a provider may report a delivery, and later a bounce.
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    bounced_at = models.DateTimeField(_("bounced"), null=True)

    fence = models.PositiveIntegerField(default=0)
    claim = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    maybe_sent = models.BooleanField(default=False)
    crash_count = models.PositiveSmallIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    number = models.BigIntegerField(_("hand-off number"), null=True)
    counted_at = models.DateTimeField(null=True)
    # Somebody let it go while all sending was halted.
    released_at = models.DateTimeField(_("released"), null=True)
    # In the workspace's currency, of the last gate that allowed it; none where there is no price.
    parts = models.PositiveSmallIntegerField(_("parts"), null=True)
    cost = models.DecimalField(_("cost"), max_digits=12, decimal_places=4, null=True)
    charged = models.JSONField(null=True)

    address = models.CharField(_("address"), max_length=1000, blank=True)
    address_digest = models.CharField(max_length=64, blank=True)
    provider = models.CharField(_("provider"), max_length=63, blank=True)
    reference = models.CharField(_("provider's id"), max_length=200, blank=True)
    zone = models.CharField(_("time zone"), max_length=64, blank=True)
    zone_rung = models.CharField(_("how we know the zone"), max_length=15, blank=True)
    consent_as_stood = models.JSONField(_("consent as it stood"), null=True)
    wake_pending = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(
                fields=["purpose", "due_at", "id"],
                condition=Q(state__in=("planned", "retry_wait", "uncertain")),
                name="message_due_in_lane",
            ),
            models.Index(
                "channel",
                Upper(
                    "purpose"
                ),  # so that whoever asks for a channel is served by this index alone: see queues
                "due_at",
                "id",
                condition=Q(state__in=("planned", "retry_wait", "uncertain")),
                name="message_due_of_channel",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=("planned", "retry_wait", "uncertain"), released_at__isnull=False),
                name="message_released",
            ),
            models.Index(
                fields=["lease_until"],
                condition=Q(state__in=("leased", "handing_off")),
                name="message_leased",
            ),
            models.Index(fields=["customer", "-id"], name="message_of_customer"),
            models.Index(
                fields=["customer", "counted_at"],
                condition=Q(counted_at__isnull=False, counts_toward_caps=True),
                name="message_counted",
            ),
            models.Index(
                fields=["address_digest", "counted_at"],
                condition=Q(counted_at__isnull=False, counts_toward_caps=True),
                name="message_counted_address",
            ),
            models.Index(fields=["enrollment_id"], name="message_of_enrollment"),
            models.Index(fields=["id"], condition=Q(wake_pending=True), name="message_wakes"),
            models.Index(fields=["journey", "state"], name="message_of_journey"),
            models.Index(fields=["reference"], condition=Q(reference__gt=""), name="message_of_reference"),
            # What complaints are measured by: see complaints.
            models.Index(
                fields=["brand", "channel", "handed_off_at"],
                condition=Q(state="accepted", purpose="marketing", test=False),
                name="message_accepted_marketing",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(charged__isnull=True) | Q(counted_at__isnull=False), name="message_charged_counts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.journey} · {self.step} · {self.channel}"


class MessageBody(models.Model):
    """What a message was rendered from, frozen at its first gate: retries render the same bytes from it.

    `links`: where its counted links lead; a click's token names a place among them.
    """

    message = models.OneToOneField(
        Message,
        models.DO_NOTHING,
        db_constraint=False,
        primary_key=True,
        related_name="body",
        verbose_name=_("message"),
    )
    composed_at = models.DateTimeField(_("composed"))
    context = models.JSONField()
    languages = models.JSONField(default=list)
    links = models.JSONField(_("counted links"), default=list, db_default=[])

    class Meta:
        verbose_name = _("message body")
        verbose_name_plural = _("message bodies")

    def __str__(self) -> str:
        return f"body of {self.message_id}"
