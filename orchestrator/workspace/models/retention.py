"""How long rows of tables that only grow are kept."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from orchestrator.domain.retention import LEAST, MOST_DAYS, problem

TITLES = {
    "decision": _("decisions"),
    "attempt": _("delivery attempts"),
    "step_run": _("steps taken"),
    "receipt": _("receipts"),
    "mailbox": _("mailbox"),
    "context": _("what messages were rendered from"),
    "message": _("what messages were filled with"),
    "body": _("bodies of messages, with their links"),
    "entry": _("what passages began with"),
    "simulation": _("simulations"),
    "alarm": _("alarms that are over"),
    "notice": _("tellings of alarms"),
    "launch": _("launches that are over"),
    "journal": _("journal of the studio"),
    "session": _("expired logins"),
    "past_message": _("messages of the system before"),
    "dead_letter": _("calls that were not taken"),
    "delivery": _("deliveries that were not taken"),
    "call_told": _("calls of webhooks that were told"),
    "call_given_up": _("calls of webhooks that were given up"),
    "event": _("events"),
    "consent_proof": _("proofs of consents that ended"),
    "quiet": _("inactive customers, restricted"),
    "inactive": _("inactive customers, erased"),
    "duplicate": _("likely duplicates that are settled"),
    "search": _("searches for duplicates"),
}


class Retention(models.Model):
    """One class's policy; no row: everything is kept. `after` is how far the pass that is under way has come.

    Below `floor` nothing is left to do; `stays` is the first row that stayed in this pass, of which `went` so many rows
    have gone. `passed_at` and `passed` tell of the last whole pass.
    """

    table = models.CharField(
        _("class of data"), max_length=15, unique=True, choices=[(name, TITLES[name]) for name in LEAST]
    )
    days = models.PositiveIntegerField(_("days"))
    after = models.BigIntegerField(default=0, editable=False)
    floor = models.BigIntegerField(default=0, db_default=0, editable=False)
    stays = models.BigIntegerField(null=True, editable=False)
    went = models.PositiveBigIntegerField(default=0, db_default=0, editable=False)
    passed = models.PositiveBigIntegerField(
        _("went in the last pass"), default=0, db_default=0, editable=False
    )
    passed_at = models.DateTimeField(_("last pass"), null=True, editable=False)
    due_at = models.DateTimeField(_("next pass"), default=timezone.now, db_index=True, editable=False)

    class Meta:
        verbose_name = _("retention")
        verbose_name_plural = _("retention")

    def __str__(self) -> str:
        return str(self.get_table_display())

    def clean(self) -> None:
        """Not shorter than somebody may need it."""
        if self.days is not None and problem(self.table, self.days):
            told = {"least": LEAST.get(self.table, 1), "most": MOST_DAYS}
            raise ValidationError(
                {
                    "days": ValidationError(
                        _("Write a number of days from %(least)s to %(most)s."), params=told
                    )
                }
            )
