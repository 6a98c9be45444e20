"""A connection: one shop or helpdesk that tells by webhook."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class Connection(models.Model):
    """`key` stands in its address and is no secret; `secret` is sealed, since a signature can only be reckoned with it.

    `minute` and `taken` count deliveries of this minute, `received` and `refused` all of them. The secret before the last
    rotation is good until `previous_until`.
    """

    class KnownBy(models.TextChoices):
        NUMBER = "number", _("the shop's number of a customer")
        EMAIL = "email", _("the email address")

    name = models.CharField(_("name"), max_length=100, unique=True)
    source = models.CharField(_("what it is"), max_length=63)
    key = models.CharField(max_length=43, unique=True, editable=False)
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(_("the secret before is good until"), null=True, editable=False)
    enabled = models.BooleanField(_("switched on"), default=True)
    known_by = models.CharField(
        _("customers are known by"),
        max_length=6,
        choices=KnownBy.choices,
        default=KnownBy.NUMBER,
        help_text=_("Their number, if your own ids of customers are the shop's; else their email address."),
    )
    prefix = models.CharField(
        _("ids begin with"),
        max_length=20,
        blank=True,
        help_text=_(
            "For a second shop whose numbers of orders and customers overlap with the first one's. It must not change later."
        ),
    )
    statuses = models.TextField(
        _("states of orders"),
        blank=True,
        help_text=_(
            "Where the shop has states of its own: one a line, such as “Wysłane = delivered”. There are placed, paid,"
            " delivered, cancelled, returned; nothing behind the “=” means: leave it."
        ),
    )
    per_minute = models.PositiveIntegerField(
        _("deliveries a minute"), default=600, validators=[MinValueValidator(1)]
    )
    created_at = models.DateTimeField(_("made"), editable=False)
    rotated_at = models.DateTimeField(_("secret renewed"), null=True, editable=False)
    received_at = models.DateTimeField(_("last delivery"), null=True, editable=False)
    received = models.PositiveBigIntegerField(_("deliveries"), default=0, editable=False)
    refused_at = models.DateTimeField(_("last refused"), null=True, editable=False)
    refused = models.PositiveBigIntegerField(_("refused"), default=0, editable=False)
    refused_why = models.CharField(_("why refused"), max_length=200, blank=True, editable=False)
    minute = models.DateTimeField(null=True, editable=False)
    taken = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")

    def __str__(self) -> str:
        return self.name
