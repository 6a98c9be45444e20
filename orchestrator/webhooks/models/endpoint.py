"""An endpoint: one other system that wants to be told."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.outbound import LONGEST
from orchestrator.domain.webhooks import Off

OFF_TITLES = {
    Off.GONE: _("it answered that it wants no more (410)"),
    Off.FAILING: _("nothing has reached it for five days"),
}


class WebhookEndpoint(models.Model):
    """`kinds`: what it wants to be told of. `secret` is sealed, since a signature can only be made with it; the one before
    the last rotation signs until `previous_until`. `failing_since`: the first failure since it last said yes.

    `off_why`: what has switched it off; "" where nobody has, or somebody did by hand. `worker` calls it, alone, until
    `held_until`: so a receiver never has more calls under way than one worker makes, however many there are.
    """

    name = models.CharField(_("name"), max_length=100, unique=True)
    url = models.CharField(_("address"), max_length=LONGEST)
    kinds = models.JSONField(_("what it is told of"), default=list)
    secret = models.TextField(editable=False)
    previous_secret = models.TextField(blank=True, editable=False)
    previous_until = models.DateTimeField(_("the secret before signs until"), null=True, editable=False)
    enabled = models.BooleanField(_("switched on"), default=True)
    off_why = models.CharField(
        _("why it was switched off"),
        max_length=7,
        blank=True,
        editable=False,
        choices=[(one.value, title) for one, title in OFF_TITLES.items()],
    )
    off_at = models.DateTimeField(_("switched off"), null=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    created_at = models.DateTimeField(_("made"), editable=False)
    worker = models.CharField(max_length=32, blank=True, editable=False)
    held_until = models.DateTimeField(null=True, editable=False)
    rotated_at = models.DateTimeField(_("secret renewed"), null=True, editable=False)

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.name
