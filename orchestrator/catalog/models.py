"""Products, and what each of them has cost."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from orchestrator.store.fields import MoneyField


class Product(models.Model):
    """One thing that the shop sells. `key` is the shop's own number of it; nothing here is about a person."""

    key = models.CharField(_("key"), max_length=100, unique=True)
    title = models.CharField(_("title"), max_length=300)
    url = models.CharField(_("page"), max_length=2000, blank=True)
    image_url = models.CharField(_("image"), max_length=2000, blank=True)
    category = models.CharField(_("category"), max_length=300, blank=True)
    price = MoneyField(_("price"), null=True, blank=True)
    regular_price = MoneyField(
        _("regular price"), null=True, blank=True, help_text=_("What it costs when it is not reduced.")
    )
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    stock = models.IntegerField(_("in stock"), null=True, blank=True)
    available = models.BooleanField(_("available"), default=True)
    properties = models.JSONField(_("properties"), default=dict, blank=True)
    updated_at = models.DateTimeField(_("changed"))

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        indexes = [
            models.Index(fields=["-updated_at"], name="product_newest"),
            models.Index(fields=["category", "id"], name="product_of_category"),
        ]

    def __str__(self) -> str:
        return self.title


class ProductPrice(models.Model):
    """What a product costs from `since` on, until the next. So much of it is kept as the law asks for and a year more."""

    product = models.ForeignKey(
        Product, models.CASCADE, db_index=False, related_name="prices", verbose_name=_("product")
    )
    price = MoneyField(_("price"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    since = models.DateTimeField(_("since"))

    class Meta:
        verbose_name = _("price of a product")
        verbose_name_plural = _("prices of products")
        constraints = [models.UniqueConstraint(fields=["product", "since"], name="product_price_once")]

    def __str__(self) -> str:
        return f"{self.price} {self.currency}".strip()
