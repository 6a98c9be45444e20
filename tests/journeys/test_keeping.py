"""KEEPING: every model of ours is under a policy or said to be kept; each class has its days, its title and its words."""

from __future__ import annotations

from django.apps import apps

from orchestrator.domain.retention import LEAST, MOST_DAYS, SHIPPED, problem
from orchestrator.journeys.keeping.classes import CLASSES
from orchestrator.journeys.keeping.kept import PARTLY, WHY, kept
from orchestrator.journeys.partitions.tables import MONTHLY
from orchestrator.studio.keeping import KEPT, WORDS
from orchestrator.workspace.models.retention import TITLES

OURS = {
    one._meta.label for one in apps.get_models() if one.__module__.startswith("orchestrator.")
}  # fmt: skip
UNDER = {one.model._meta.label for one in CLASSES.values()}


def test_every_model_is_under_a_policy_or_said_to_be_kept() -> None:
    assert OURS - UNDER - set(kept()) == set()
    assert set(kept()) - OURS == set()
    assert {"admin.LogEntry", "sessions.Session"} == UNDER - OURS


def test_what_is_both_goes_in_part_alone() -> None:
    assert UNDER & set(kept()) == {"customers.Customer"}
    assert {label: CLASSES[name].model._meta.label for label, name in PARTLY.items()} == {
        label: label for label in PARTLY
    }
    labels = [label for labels in WHY.values() for label in labels]
    assert len(labels) == len(set(labels))


def test_each_class_has_its_days_its_title_and_its_words() -> None:
    assert set(CLASSES) == set(LEAST) == set(SHIPPED) == set(TITLES) == set(WORDS)
    assert set(KEPT) == set(WHY)
    assert {name: problem(name, days) for name, days in SHIPPED.items() if problem(name, days)} == {}
    assert {name for name, days in LEAST.items() if days > MOST_DAYS} == set()
    assert {name: one.model for name, one in CLASSES.items() if name in MONTHLY} == {
        name: one.model for name, one in MONTHLY.items()
    }
