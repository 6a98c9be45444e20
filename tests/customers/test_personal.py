"""Every field of every model is classified, and every model with something personal has a handler that empties it."""

from __future__ import annotations

from django.apps import apps
from django.db import models

from orchestrator.customers.erasing import registered
from orchestrator.customers.personal import EMPTIED, KEPT, NOBODYS, REMOVED


def fields_of(model: type[models.Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields}


def unclassified(model: type[models.Model]) -> set[str]:
    """Fields that stand in no list, or stand in one and are not there."""
    label = model._meta.label
    if label in NOBODYS or label in REMOVED:
        return set()
    return fields_of(model) ^ {*EMPTIED.get(label, {}), *KEPT.get(label, "").split()}


OURS = [one for one in apps.get_models() if one.__module__.startswith("orchestrator.")]


def test_every_field_is_classified():
    assert {one._meta.label: found for one in OURS if (found := unclassified(one))} == {}


def test_no_model_stands_in_two_lists_and_none_that_is_not_there():
    lists = [REMOVED, set(EMPTIED), NOBODYS]
    named = [label for one in lists for label in one]
    assert len(named) == len(set(named))
    assert set(named) == {one._meta.label for one in OURS}
    assert set(EMPTIED) == set(KEPT)


def test_no_field_is_both_emptied_and_kept():
    assert {
        label: both for label in EMPTIED if (both := set(EMPTIED[label]) & set(KEPT[label].split()))
    } == {}


def test_what_is_removed_or_emptied_has_a_handler():
    handled = {name for handler in registered().values() for name in handler.models}
    assert (REMOVED | set(EMPTIED)) - handled == set()


def test_from_the_highest_floor_down():
    assert [app for app in registered() if app != "studio"] == [
        "sources", "ingest", "webhooks", "journeys", "messaging", "duplicates", "segments", "loyalty", "consents",
        "events", "customers",
    ]  # fmt: skip


def test_a_new_field_is_found():
    class Visit(models.Model):
        page = models.CharField(max_length=10)

        class Meta:
            app_label = "made_up"
            managed = False

    try:
        assert unclassified(Visit) == {"id", "page"}
    finally:
        del apps.all_models["made_up"]
        apps.clear_cache()
