"""Every page of the admin answers, in both languages, with data and without."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.sites import NotRegistered
from django.test import Client
from django.urls import reverse

from orchestrator.workspace.models import Workspace
from tests.studio.sample import Sample

OURS = [model for model in apps.get_models() if model.__module__.startswith("orchestrator.")]
# Rows that have no list of their own, and where they are seen.
ELSEWHERE = {
    "catalog.productprice": "on the product's page, the newest first",
    "customers.importpart": "a piece of a file: it is read by the import, and shown by nobody",
    "customers.importproblem": "on the import's page, and as a file",
    "duplicates.duplicatekey": "hashes, which a search goes through: nobody could read them",
    "duplicates.duplicatesearch": "as the sentence above the likely duplicates",
    "ingest.livecall": "on the page of the write key, while somebody watches",
    "messaging.pastmessage": "in the customer's timeline, among the messages",
    "segments.scorecut": "they are the bounds of shares: each is told beside the score that it bounds",
    "segments.segmentsize": "as the line on the segment's page",
    "segments.transition": "the last on the segment's page, all in the table of who moved",
}
REGISTERED = sorted(admin.site._registry, key=lambda model: model._meta.label)


def names(models: list[Any]) -> list[str]:
    return [model._meta.label_lower for model in models]


def page(model: Any, what: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


@pytest.mark.parametrize("model", OURS, ids=names(OURS))
def test_every_model_of_ours_has_a_page(model: Any) -> None:
    if model._meta.label_lower in ELSEWHERE:
        return
    try:
        admin.site.get_model_admin(model)
    except NotRegistered:
        pytest.fail(f"{model._meta.label} has no page in the admin")


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("model", REGISTERED, ids=names(REGISTERED))
def test_list_answers_when_empty(marketer: Client, model: Any, language: str) -> None:
    answer = marketer.get(page(model, "changelist"), headers={"Accept-Language": language}, follow=True)
    assert answer.status_code == 200
    assert f'lang="{language}"' in answer.text


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("model", REGISTERED, ids=names(REGISTERED))
def test_list_form_and_search_answer_with_data(
    marketer: Client, sample: Sample, model: Any, language: str
) -> None:
    client_says = {"Accept-Language": language}
    shown = admin.site.get_model_admin(model)
    listed = marketer.get(page(model, "changelist"), headers=client_says, follow=True)
    assert listed.status_code == 200
    if shown.search_fields:
        assert (
            marketer.get(page(model, "changelist") + "?q=anna", headers=client_says, follow=True).status_code
            == 200
        )
    for row in model._default_manager.all()[:20]:
        assert marketer.get(page(model, "change", row.pk), headers=client_says).status_code == 200


@pytest.mark.parametrize("language", ["en", "pl"])
@pytest.mark.parametrize("model", REGISTERED, ids=names(REGISTERED))
def test_add_page_answers_where_adding_is_allowed(
    marketer: Client, model: Any, language: str, rf: Any, admin_user: Any
) -> None:
    request = rf.get("/")
    request.user = admin_user
    allowed = admin.site.get_model_admin(model).has_add_permission(request)
    answer = marketer.get(page(model, "add"), headers={"Accept-Language": language})
    assert answer.status_code == (200 if allowed else 403)


def test_each_filter_of_each_list_answers(marketer: Client, sample: Sample) -> None:
    for model in REGISTERED:
        for chosen in admin.site.get_model_admin(model).list_filter:
            value = model._default_manager.values_list(chosen, flat=True).first()
            answer = marketer.get(page(model, "changelist") + f"?{chosen}__exact={value}", follow=True)
            assert answer.status_code == 200, (model, chosen)


def test_settings_open_as_a_form(marketer: Client) -> None:
    answer = marketer.get(page(Workspace, "changelist"))
    assert answer.status_code == 302
    assert answer["Location"] == page(Workspace, "change", 1)
    assert Workspace.objects.count() == 1


def test_every_entry_of_the_sidebar_leads_somewhere(marketer: Client, sample: Sample) -> None:
    rooms = marketer.get(reverse("admin:index")).context["sidebar_navigation"]
    assert [str(room["title"]) for room in rooms] == [
        "Today",
        "Journeys",
        "Audience",
        "Content",
        "Insights",
        "Trust",
    ]
    for room in rooms:
        for entry in room["items"]:
            assert marketer.get(str(entry["link"]), follow=True).status_code == 200, entry["title"]


def test_somebody_without_rights_sees_an_empty_sidebar(db: None, django_user_model: Any) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("guest", is_staff=True))
    rooms = client.get(reverse("admin:index")).context["sidebar_navigation"]
    seen = [str(entry["title"]) for room in rooms for entry in room["items"] if entry["has_permission"]]
    assert seen == ["Home"]


def test_the_language_is_switched_in_the_menu(marketer: Client) -> None:
    home = reverse("admin:index")
    assert "/language/setlang/" in marketer.get(home).text
    marketer.post(reverse("set_language"), {"language": "pl", "next": home})
    assert 'lang="pl"' in marketer.get(home).text


def test_no_inline_event_handlers(marketer: Client, sample: Sample) -> None:
    import re

    for model in REGISTERED:
        row = model._default_manager.first()
        if row is None:
            continue
        text = marketer.get(page(model, "change", row.pk)).text
        assert not re.search(r"<[^>]*\son(click|change|load|error|submit|input)\s*=", text), model
