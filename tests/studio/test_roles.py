"""Roles: one table, groups that hold just what it says, and pages that say no in words."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from orchestrator.journeys.models import Journey
from orchestrator.workspace import roles
from orchestrator.workspace.models import Workspace
from tests.studio.sample import Sample


def of_role(name: str) -> Client:
    """Somebody signed in who has this role, or none."""
    user = User.objects.create_user(f"some_{name}", password="x", is_staff=True)
    if name in roles.ROLES:
        roles.set_up()
        user.groups.set([Group.objects.get(name=name)])
    client = Client()
    client.force_login(user)
    return client


def test_every_model_with_a_page_stands_under_one_matter() -> None:
    placed = [model for models in roles.MATTERS.values() for model in models]
    known = sorted(model._meta.label_lower for model in admin.site._registry)
    assert sorted(placed) == known, (
        "put a model that is missing under a matter of orchestrator/workspace/roles.py"
    )


def test_every_right_of_the_table_exists(db: None) -> None:
    known = {
        f"{one.content_type.app_label}.{one.codename}"
        for one in Permission.objects.select_related("content_type")
    }
    assert {right for role in roles.ROLES.values() for right in role.rights()} - known == set()


def test_an_administrator_has_every_right_of_our_own() -> None:
    own = {
        f"{model._meta.app_label}.{name}"
        for model in admin.site._registry
        if model.__module__.startswith("orchestrator.")
        for name, _title in model._meta.permissions
    }
    assert own - set(roles.ROLES["admin"].rights()) == set(), (
        "say in orchestrator/workspace/roles.py who has it"
    )


@pytest.mark.parametrize("act", ["export", "erase", "restrict"])
def test_peoples_rights_are_answered_by_privacy_officers_and_administrators(sample: Sample, act: str) -> None:
    page = reverse("admin:customers_customer_right", args=[sample.customer.pk, act])
    sample.customer.refresh_from_db()
    before = (sample.customer.erased_at, sample.customer.restricted_at)
    for name in ("marketer", "approver", "analyst", "developer", "nobody"):
        assert of_role(name).post(page).status_code == 403, name
        sample.customer.refresh_from_db()
        assert (sample.customer.erased_at, sample.customer.restricted_at) == before, name
    assert of_role("privacy_officer").post(page).status_code in (200, 302)


def test_who_sees_numbers_alone_has_no_right_to_a_single_persons_data() -> None:
    personal = {model for matter in roles.PERSONAL for model in roles.MATTERS[matter]}
    views = {f"{model.split('.')[0]}.view_{model.split('.')[1]}" for model in personal}
    assert set(roles.ROLES["analyst"].rights()) & views == set()
    assert set(roles.ROLES["developer"].rights()) & views == set()
    assert roles.PUBLISH not in set(roles.ROLES["marketer"].rights())
    assert roles.CHANGE not in set(roles.ROLES["approver"].rights())


def test_groups_follow_the_table_and_others_are_left_alone(db: None) -> None:
    roles.set_up()
    assert roles.behind() == []
    own = Group.objects.create(name="our own mix")
    own.permissions.add(Permission.objects.get(codename="view_customer"))
    analyst = Group.objects.get(name="analyst")
    analyst.permissions.add(Permission.objects.get(codename="view_customer"))
    Group.objects.get(name="developer").delete()
    assert roles.behind() == ["analyst", "developer"]
    with pytest.raises(CommandError, match=r"analyst, developer\. Run `manage.py roles`"):
        call_command("roles", "--check", stdout=StringIO())
    assert roles.behind() == ["analyst", "developer"]
    said = StringIO()
    call_command("roles", stdout=said)
    assert [line.split(":")[0] for line in said.getvalue().splitlines()] == list(roles.ROLES)
    assert roles.behind() == []
    assert [one.codename for one in own.permissions.all()] == ["view_customer"]
    before = sorted(Group.permissions.through.objects.values_list("group", "permission"))
    call_command("migrate", verbosity=0, stdout=StringIO())
    assert sorted(Group.permissions.through.objects.values_list("group", "permission")) == before


def test_the_page_that_says_no_says_who_can(sample: Sample) -> None:
    User.objects.create_superuser("ola", "", "x", first_name="Ola", last_name="Lis")
    analyst = of_role("analyst")
    answer = analyst.get(reverse("admin:customers_customer_changelist"))
    assert answer.status_code == 403
    assert "It takes one of the roles: marketer, approver, privacy officer, administrator." in answer.text
    assert "Who gives roles: Ola Lis." in answer.text
    refused = of_role("marketer").post(
        reverse("admin:journeys_journey_publish", args=[sample.journey.pk]),
        {"act": "publish", "mark": "a" * 40},
    )
    assert refused.status_code == 403
    assert "It takes one of the roles: approver, administrator." in refused.text


def test_small_numbers_are_hidden_from_who_sees_numbers_alone(sample: Sample) -> None:
    page = reverse("admin:journeys_journey_change", args=[sample.journey.pk])
    analyst, marketer = of_role("analyst").get(page), of_role("marketer").get(page)
    shown = [one.shown for one in marketer.context["numbers"].people]
    assert shown == ["2", "1", "1", "1"]
    assert [one.shown for one in analyst.context["numbers"].people] == ["hidden"] * 4
    assert "All messages of this journey" in marketer.text
    assert "All messages of this journey" not in analyst.text


def test_an_account_without_a_role_is_told_so_and_nothing_else(sample: Sample) -> None:
    answer = of_role("nobody").get(reverse("admin:index"))
    assert answer.status_code == 200
    assert "Your account has no role yet." in answer.text
    assert answer.context["today"] is None
    assert "Welcome" not in answer.text


def test_who_draws_asks_and_who_approves_publishes_alone_where_that_is_enough(sample: Sample) -> None:
    page = reverse("admin:journeys_journey_publish", args=[sample.journey.pk])
    assert of_role("marketer").get(page).context["needs_approval"] is True
    approver = of_role("approver")
    assert approver.get(page).context["needs_approval"] is False
    Workspace.objects.update(approval_needed=True)
    assert approver.get(page).context["needs_approval"] is True
    pause = reverse("admin:journeys_journey_pause", args=[sample.journey.pk])
    assert of_role("analyst").post(pause).status_code == 403
    assert Journey.objects.get(pk=sample.journey.pk).status == "live"
    assert approver.post(pause).status_code == 302
    assert Journey.objects.get(pk=sample.journey.pk).status == "paused"
