"""The list of the admin's pages misses none: tests/browser/test_axe.py and tests/bench/pages.py go by it."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from tests.studio.every_page import FILLED, NO_PAGES, Unfilled, _names, every_page, shown
from tests.studio.sample import Sample


def test_every_name_of_the_admin_is_a_page_or_said_to_be_none(marketer: Client, sample: Sample) -> None:
    pages = list(shown(every_page(), marketer))
    names = {page.name.partition(" ")[0] for page in pages}
    for model in admin.site._registry:
        prefix = f"{model._meta.app_label}_{model._meta.model_name}"
        if model._default_manager.exists() and model._meta.label != "workspace.Workspace":
            assert {f"{prefix}_changelist", f"{prefix}_change", f"{prefix}_history"} <= names
    own = {
        "index",
        "login",
        "password_change",
        "password_change_done",
        "app_list",
        "workspace_workspace_change",
    }
    own |= {
        f"journeys_journey_{what}" for what in ("canvas", "simulate", "people", "send_once", "add", "delete")
    }
    assert own <= names
    assert len({page.path for page in pages}) == len(pages)


def test_each_exception_is_still_a_name() -> None:
    assert {*NO_PAGES, *FILLED} - _names() == set()


def test_a_name_that_the_list_cannot_fill_is_told(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    def view(request: HttpRequest, year: int, month: int) -> HttpResponse:
        return HttpResponse()

    patterns = [path("<int:year>/<int:month>/", view, name="customers_customer_month")]
    monkeypatch.setattr("tests.studio.every_page._patterns", lambda: ((one.name, one) for one in patterns))
    with pytest.raises(Unfilled, match="customers_customer_month"):
        every_page()


def test_the_sample_has_a_row_of_every_model(sample: Sample, marketer: Client) -> None:
    ours = [model for model in admin.site._registry if model.__module__.startswith("orchestrator.")]
    assert [model._meta.label for model in ours if not model._default_manager.exists()] == []
