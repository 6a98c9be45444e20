"""Calls that are kept word for word: those that were not taken, and those that somebody looks at."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.ingest.models.key import WriteKey


class Kept(models.Model):
    """A call as it came, as JSON text: a database's own JSON cannot hold all that a call may.

    `user_mark` and `browser_mark` are keyed hashes of whom it names, by which an erasure finds it.
    """

    received_at = models.DateTimeField(_("received"))
    kind = models.CharField(_("call"), max_length=8, blank=True)
    payload = models.TextField(_("as it came"), blank=True)
    reason = models.CharField(_("reason"), max_length=31, blank=True)
    words = models.CharField(_("in words"), max_length=300, blank=True)
    user_mark = models.CharField(max_length=71, blank=True, editable=False)
    browser_mark = models.CharField(max_length=71, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.kind or '?'} · {self.pk}"


class DeadLetter(Kept):
    """A call, or a part of one, that was not taken. `mark` makes the same call again no second letter."""

    key = models.ForeignKey(
        WriteKey, models.SET_NULL, null=True, related_name="letters", verbose_name=_("write key")
    )
    mark = models.CharField(max_length=64, unique=True, editable=False)
    replayed_at = models.DateTimeField(_("taken since"), null=True, editable=False)

    class Meta:
        verbose_name = _("call that was not taken")
        verbose_name_plural = _("calls that were not taken")
        indexes = [
            models.Index(fields=["user_mark"], name="dead_letter_user"),
            models.Index(fields=["browser_mark"], name="dead_letter_browser"),
        ]


class LiveCall(Kept):
    """One of the last calls of a key that somebody watches; without a watcher none is kept."""

    key = models.ForeignKey(WriteKey, models.CASCADE, related_name="calls", verbose_name=_("write key"))
    became = models.CharField(_("what became of it"), max_length=8)

    class Meta:
        verbose_name = _("call seen live")
        verbose_name_plural = _("calls seen live")
