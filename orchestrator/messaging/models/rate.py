"""How fast a channel or a provider may be used."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.rates import MOST, Bucket, Rate


class RateLimit(models.Model):
    """At most so many messages a second, a minute or an hour, over a channel or by one provider of it.

    `level` and `filled_at` are its bucket of tokens (`domain/rates.py`), which only whoever has locked the row may
    write; null: it was never used, and is full.
    """

    PER = [("second", _("second")), ("minute", _("minute")), ("hour", _("hour"))]

    channel = models.CharField(_("channel"), max_length=31)
    provider = models.CharField(
        _("provider"), max_length=63, blank=True, help_text=_("Empty: all of the channel's together.")
    )
    messages = models.PositiveIntegerField(_("messages at most"))
    per = models.CharField(_("in each"), max_length=6, choices=PER, default="second")
    burst = models.PositiveIntegerField(
        _("at once after a rest"),
        default=1,
        help_text=_("So many may go together when none went for a while."),
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    level = models.BigIntegerField(null=True, editable=False)
    filled_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("rate limit")
        verbose_name_plural = _("rate limits")
        constraints = [
            models.UniqueConstraint(fields=["channel", "provider"], name="rate_limit_once"),
            models.CheckConstraint(
                condition=models.Q(messages__range=(1, MOST), burst__range=(1, MOST)),
                name="rate_limit_in_range",
            ),
        ]

    def __str__(self) -> str:
        return self.provider or self.channel

    @property
    def rate(self) -> Rate:
        """The rule, as the domain reckons with it."""
        return Rate(self.messages, self.per, self.burst)  # type: ignore[arg-type]

    @property
    def bucket(self) -> Bucket | None:
        """What was left when it was used last."""
        return None if self.level is None or self.filled_at is None else Bucket(self.level, self.filled_at)
