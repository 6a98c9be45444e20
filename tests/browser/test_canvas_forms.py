"""Who enters, the goal and rules are filled in by forms in a real browser; the text follows, and takes it back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from orchestrator.journeys.models import Journey
from orchestrator.journeys.yaml import read
from orchestrator.workspace.models import Brand, Topic, Workspace
from tests.browser import chromium

DRAFT = """# What we say first.
journey: formed
title: Formed
purpose: marketing
entry: {event: customer.signed_up}  # the way in
steps:
  - choose:
      - when: {consent: email}  # who may
        then: []
    id: chosen
"""


@pytest.fixture
def page(live_server: Any) -> Iterator[Page]:
    chromium.needed()
    brand, _ = Brand.objects.get_or_create(key="default", defaults={"name": "Shop"})
    Workspace.get()
    Topic.objects.get_or_create(key="club", defaults={"title": {"en": "The club"}})
    journey = Journey.objects.create(key="formed", title="Formed", brand=brand, draft=DRAFT)
    size = {"width": 1600, "height": 1000}
    with chromium.opened(live_server.url, chromium.signed_in(), viewport=size) as context:
        chromium.speak(context, live_server.url, "en")
        one = context.new_page()
        one.goto(f"/admin/journeys/journey/{journey.pk}/canvas/")
        yield one


def form(page: Page, field: str) -> Locator:
    """The dialog of a field's form, filled."""
    page.get_by_role("button", name=f"Build it: {field}").click()
    dialog = page.get_by_role("dialog", name=re.compile(field, re.IGNORECASE))
    expect(dialog.get_by_role("button", name="Done")).to_be_enabled()
    return dialog


def text(page: Page) -> Locator:
    return page.locator(".cm-content")


def lines(page: Page) -> str:
    return "\n".join(page.locator(".cm-line").all_inner_texts())


def take(page: Page, dialog: Locator) -> None:
    dialog.get_by_role("button", name="Done").click()
    expect(dialog).to_be_hidden()


@pytest.mark.django_db(transaction=True)
def test_who_enters_and_the_goal_are_chosen_in_forms_and_taken_back(page: Page) -> None:
    dialog = form(page, "who enters")
    dialog.get_by_label("They enter when", exact=True).locator("visible=true").last.select_option("inactive")
    dialog.get_by_role("textbox", name="For how long").fill("60")
    dialog.get_by_role("combobox", name="They may enter again").select_option("after")
    expect(dialog.get_by_text("when there was no order.placed for 60 days", exact=False)).to_be_visible()
    take(page, dialog)
    entry = "entry: {inactive: {event: order.placed, for: 60 days}, again: after 180 days}"
    expect(text(page)).to_contain_text(f"{entry}  # the way in")
    expect(page.get_by_role("button", name="Build it: who enters")).to_be_focused()
    dialog = form(page, "goal")
    dialog.get_by_role("textbox", name="Event").fill("Order placed")
    expect(dialog.locator(".bd-line .cv-wrong")).to_have_count(1)
    dialog.get_by_role("textbox", name="Event").fill("order.placed")
    expect(dialog.locator(".cv-wrong")).to_have_count(0)
    dialog.get_by_role("button", name="Within").click()
    dialog.get_by_role("textbox", name="Within").fill("14")
    take(page, dialog)
    expect(text(page)).to_contain_text("goal: {event: order.placed, within: 14 days}")
    page.get_by_role("button", name="Undo").click()
    expect(text(page)).not_to_contain_text("goal:")
    expect(text(page)).to_contain_text(entry)
    page.get_by_role("button", name="Undo").click()
    expect(text(page)).not_to_contain_text("inactive")
    assert lines(page).strip() == DRAFT.strip()


@pytest.mark.django_db(transaction=True)
def test_a_rule_is_built_and_what_is_cancelled_stays(page: Page) -> None:
    page.locator("[data-key^='step']").click()
    dialog = form(page, "if")
    dialog.get_by_role("combobox", name="Channel").select_option("sms")
    expect(dialog.get_by_text("consent to SMS is given").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert lines(page).strip() == DRAFT.strip()
    dialog = form(page, "if")
    dialog.get_by_role("combobox", name="Channel").select_option("sms")
    dialog.get_by_role("button", name="Add a condition").click()
    dialog.get_by_role("combobox", name="What it is about").last.select_option("consent")
    take(page, dialog)
    expect(text(page)).to_contain_text("when: {all: [{consent: sms}, {consent: email}]}  # who may")


@pytest.mark.django_db(transaction=True)
def test_the_journey_s_own_fields_have_inputs_of_their_kind(page: Page) -> None:
    page.get_by_label("title, Polish").fill("Utworzona")
    page.get_by_label("title, Polish").press("Enter")
    expect(text(page)).to_contain_text("title: Utworzona")
    page.get_by_label("title, English").fill("Formed")
    page.get_by_label("title, English").press("Enter")
    expect(text(page)).to_contain_text("title: {pl: Utworzona, en: Formed}")
    page.get_by_label("held out").fill("12,5")
    page.get_by_label("held out").press("Enter")
    expect(text(page)).to_contain_text("holdout: 12.5%")
    page.get_by_label("topic").select_option(label="The club")
    expect(text(page)).to_contain_text("topic: club")
    page.get_by_label("brand").select_option(label="Shop")
    expect(text(page)).to_contain_text("brand: default")
    expect(page.get_by_text("Nothing is wrong with this draft.")).to_be_visible()


@pytest.mark.django_db(transaction=True)
def test_two_ways_in_each_have_the_fields_of_their_kind(page: Page) -> None:
    dialog = form(page, "who enters")
    dialog.get_by_role("button", name="Add another way in").click()
    ways = dialog.locator(".fm-way")
    expect(ways).to_have_count(2)
    ways.last.get_by_role("combobox", name="They enter when").select_option("schedule")
    ways.last.get_by_label("Friday").check()
    ways.last.get_by_role("textbox", name="How often").fill("2")
    ways.last.get_by_role("combobox", name="Time zone").select_option("customer")
    dialog.get_by_role("button", name="Add a condition").click()
    dialog.get_by_role("combobox", name="What it is about").select_option("consent")
    expect(dialog.locator(".cv-wrong")).to_have_count(0)
    take(page, dialog)
    expect(page.get_by_text("Nothing is wrong with this draft.")).to_be_visible()
    written = read(lines(page)).plain()["entry"]
    assert written == {
        "any_of": [
            {"event": "customer.signed_up"},
            {"schedule": {"every": "2 weeks", "on": ["monday", "friday"], "at": "10:00", "zone": "customer"}},
        ],
        "only_if": {"consent": "email"},
    }
    dialog = form(page, "who enters")
    ways.first.get_by_role("button", name="Remove this way in").click()
    ways.get_by_role("combobox", name="They enter when").select_option("date")
    ways.get_by_role("combobox", name="On which side of it").select_option("-")
    take(page, dialog)
    expect(text(page)).not_to_contain_text("any_of")
    assert read(lines(page)).plain()["entry"] == {
        "date": {"attribute": "birthday", "at": "09:00", "offset": "-7 days"},
        "only_if": {"consent": "email"},
    }
