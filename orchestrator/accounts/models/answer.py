"""What a call of the API was answered, for whoever asks again with the same Idempotency-Key."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class CallAnswer(models.Model):
    """One call that was answered and committed. `caller`: "key:5" or "user:3"; `operation`: the address's name, not the address.

    Neither the Idempotency-Key nor what was said is here: `mark` and `asked` are keyed hashes, and `sealed`, the answer, can
    only be read by whoever brings the Idempotency-Key again. So nothing of a person stands in it. Rows go after a day.
    """

    caller = models.CharField(_("caller"), max_length=31)
    mark = models.CharField(max_length=64, editable=False)
    operation = models.CharField(_("operation"), max_length=63)
    asked = models.CharField(max_length=64, editable=False)
    status = models.PositiveSmallIntegerField(_("status"))
    sealed = models.TextField(editable=False)
    made_at = models.DateTimeField(_("answered"), db_index=True)

    class Meta:
        verbose_name = _("answer to a call")
        verbose_name_plural = _("answers to calls")
        constraints = [models.UniqueConstraint(fields=["caller", "mark"], name="call_answer_once")]

    def __str__(self) -> str:
        return f"{self.caller} · {self.operation}"
