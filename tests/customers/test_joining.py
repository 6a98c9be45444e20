"""Every model that belongs to a customer has a handler that says what a merge does with it."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from orchestrator.customers.joining import registered
from orchestrator.customers.models import Customer

FLOORS = [
    "customers", "events", "consents", "loyalty", "segments", "duplicates", "messaging", "journeys", "webhooks",
]  # fmt: skip


def carries_a_customer(model: type[models.Model]) -> bool:
    """Whether a row of it is somebody's: it refers to a customer, or to their passage, or has a key made of them."""
    fields = [field for field in model._meta.get_fields() if getattr(field, "concrete", False)]
    referring = [field for field in fields if field.is_relation and field.related_model is Customer]
    named = {"customer_id", "enrollment_id", "once_key"}
    return bool(referring) or any({field.name, getattr(field, "attname", "")} & named for field in fields)


def without_a_handler(candidates: list[type[models.Model]]) -> list[str]:
    handled = {name for handler in registered().values() for name in handler.models}
    return [
        one._meta.label for one in candidates if carries_a_customer(one) and one._meta.label not in handled
    ]


def test_every_model_of_a_customer_has_a_handler():
    ours = [one for one in apps.get_models() if one.__module__.startswith("orchestrator.")]
    assert without_a_handler(ours) == []
    assert sum(map(carries_a_customer, ours)) >= 11


def test_one_without_is_found():
    class Visit(models.Model):
        customer = models.ForeignKey(Customer, models.DO_NOTHING, related_name="+")

        class Meta:
            app_label = "made_up"
            managed = False

    class Step(models.Model):
        enrollment_id = models.BigIntegerField()

        class Meta:
            app_label = "made_up"
            managed = False

    class Word(models.Model):
        class Meta:
            app_label = "made_up"
            managed = False

    try:
        assert without_a_handler([Visit, Step, Word]) == ["made_up.Visit", "made_up.Step"]
    finally:
        del apps.all_models["made_up"]
        apps.clear_cache()


def test_the_handlers_name_models_that_are_there():
    named = [name for handler in registered().values() for name in handler.models]
    assert len(named) == len(set(named))
    assert {name for name in named if apps.get_model(name)._meta.label == name} == set(named)


def test_from_the_lowest_floor_up():
    assert list(registered()) == FLOORS
