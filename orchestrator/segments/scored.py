"""What is stored of scores: a row for each customer, what they all were computed from, and where the base is cut."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from orchestrator.customers.models import Customer
from orchestrator.domain.scores.rfm import NAMES
from orchestrator.domain.scores.stage import STAGES
from orchestrator.store.fields import MoneyField

LONGEST = 60


class ScoreBasis(models.Model):
    """What a pass computed scores from: orders until when, how many people, the cuts and the models' parameters.

    A pass is a row. It goes through its phases chunk by chunk; `cursor` is the last customer it has looked at, `due_at`
    when it goes on, and, once it is done, when the next begins. `computed_at` is set as soon as cuts and parameters
    stand: from then on people are scored by it. While there is no row, nothing is computed: nobody has asked for scores.
    """

    class Phase(models.TextChoices):
        FACTS = "facts", _("reading orders")
        PLACE = "place", _("placing people")
        RANK = "rank", _("ranking")
        DONE = "done", _("done")

    phase = models.CharField(_("phase"), max_length=5, choices=Phase.choices, default=Phase.FACTS)
    cursor = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(_("next look at everybody"), null=True)
    until = models.DateTimeField(_("orders until"))
    computed_at = models.DateTimeField(_("computed"), null=True)
    people = models.BigIntegerField(_("people"), default=0)
    buyers = models.BigIntegerField(_("of them buyers"), default=0)
    cuts = models.JSONField(_("where fifths end"), default=dict)
    channels = models.JSONField(_("messages and answers by channel"), default=dict)
    cheapest = models.JSONField(_("channels by their price"), default=list)
    parameters = models.JSONField(_("parameters of the models"), default=dict)
    fitted_on = models.BigIntegerField(_("histories that the parameters were fitted on"), default=0)
    missing = models.CharField(_("why nothing is predicted"), max_length=100, blank=True, default="")

    class Meta:
        verbose_name = _("basis of scores")
        verbose_name_plural = _("bases of scores")
        ordering = ["-id"]
        indexes = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="score_basis_due")]

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}"


class ScoreCut(models.Model):
    """What bounds the lowest (`value`) and the highest (`top`) so many percent of those who have a score, as of the last pass.

    As the score is stored, of money hundredths: a rule compares the two without reading either.
    """

    name = models.CharField(_("score"), max_length=31)
    percent = models.PositiveSmallIntegerField(_("percent"))
    value = models.FloatField(_("value"))
    top = models.FloatField(_("value from above"))

    class Meta:
        verbose_name = _("cut of a score")
        verbose_name_plural = _("cuts of scores")
        constraints = [models.UniqueConstraint(fields=["name", "percent"], name="score_cut_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.percent}%"


class Score(models.Model):
    """All scores of a customer: a row and not one for each, so that a rule finds any of them by one look-up.

    Dates are stored and not "days ago", so that what ages does so by itself. NULL, and "" for texts, where too little
    is known. `facts` is what the second step goes by and what pages name as evidence (`domain/scores/person.py`).
    """

    customer = models.ForeignKey(
        Customer,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="scores",
        verbose_name=_("customer"),
    )
    basis = models.ForeignKey(
        ScoreBasis,
        models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        related_name="+",
        verbose_name=_("basis"),
    )
    computed_at = models.DateTimeField(_("computed"))
    orders = models.IntegerField(_("orders"), default=0)
    purchases = models.IntegerField(_("days with orders"), default=0)
    net = MoneyField(_("bought for"), default=0)
    repeat_net = MoneyField(_("but for the first day"), default=0)
    first_order_on = models.DateField(_("first order"), null=True)
    last_order_on = models.DateField(_("last order"), null=True)
    interval_days = models.IntegerField(_("usual interval, days"), null=True)
    next_order_on = models.DateField(_("next order"), null=True)
    favourite_category = models.CharField(_("favourite category"), max_length=LONGEST, blank=True)
    best_hour = models.PositiveSmallIntegerField(_("best hour of the week"), null=True)
    discount_share = models.FloatField(_("share of discounted orders"), null=True)
    season = models.CharField(_("season"), max_length=LONGEST, blank=True)
    first_source = models.CharField(_("first source"), max_length=LONGEST, blank=True)
    last_source = models.CharField(_("last source"), max_length=LONGEST, blank=True)
    device = models.CharField(_("device"), max_length=LONGEST, blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    recency = models.PositiveSmallIntegerField(_("recency"), null=True)
    frequency = models.PositiveSmallIntegerField(_("frequency"), null=True)
    monetary = models.PositiveSmallIntegerField(_("monetary"), null=True)
    rfm_group = models.CharField(
        _("RFM group"), max_length=LONGEST, blank=True, choices=[(one, one) for one in NAMES]
    )
    stage = models.CharField(
        _("stage"), max_length=LONGEST, blank=True, choices=[(one, one) for one in STAGES]
    )
    preferred_channel = models.CharField(_("preferred channel"), max_length=LONGEST, blank=True)
    p_alive = models.FloatField(_("probability of still buying"), null=True)
    expected_orders = models.FloatField(_("orders expected in three months"), null=True)
    average_order = MoneyField(_("average order expected"), null=True)
    clv = MoneyField(_("value of the next twelve months"), null=True)

    class Meta:
        verbose_name = _("scores of a customer")
        verbose_name_plural = _("scores of customers")
        constraints = [models.UniqueConstraint(fields=["customer"], name="score_once_a_customer")]

    def __str__(self) -> str:
        return f"{self.customer_id} · {self.rfm_group}"
