"""Rubbish in the studio's forms: each field says what is wrong with it, and nothing is kept; never an error page."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from orchestrator.accounts.models import ApiKey
from orchestrator.consents.models import ConsentText, SignupForm
from orchestrator.messaging.models import Block, Budget, FrequencyCap, Price, QuietHoursRule, Template
from orchestrator.workspace.models import AlarmChannel, Brand, Topic, Workspace

LONG = "x" * 200_000
NUL = "Null characters are not allowed."
ONE_LINE = "This must be one line of visible signs: delete line breaks and invisible signs."
KEY = "A key is a small letter, then small letters, digits and _: files of journeys name it so."
ZONE = "is not a time zone; write it like Europe/Warsaw."
DAYS = "Range 1: weekdays are numbers from 0 (Monday) to 6 (Sunday), at least one."
SHAPE = "needs start and end, and may have weekdays; nothing else."
CHANNELS = "is not a channel. There are: email, sms, push."
KNOWN = "Known: brand, confirm_url, currency, customer, entry, event, journey, preferences_url, shop, unsubscribe_url."
UTM = (
    "Write names and values with & between them, like utm_campaign={journey}, each name once. "
    "Words: {brand}, {campaign}, {channel}, {journey}, {step}, {topic}, {variant}."
)
FILLED: dict[type[Model], dict[str, str]] = {
    Workspace: {
        "name": "Shop", "time_zone": "Europe/Warsaw", "country": "PL", "languages": "pl, en", "currency": "PLN",
        "holdout": "0", "minimum_gap_minutes": "240", "paused_at_0": "", "paused_at_1": "", "paused_channels": "",
        "utm": "utm_source={brand}", "most_journeys": "0", "approval_days": "3", "second_factor": "nobody",
    },
    Brand: {
        "key": "acme", "name": "Acme", "site_url": "", "sender_name": "", "sender_address": "", "reply_to": "",
        "sms_sender": "", "logo_url": "", "colour": "#112233", "footer_en": "", "footer_pl": "",
    },
    Block: {
        "key": "footer", "brand": "1", "title": "Footer", "html_en": "<p>{{ brand.name }}</p>", "html_pl": "",
        "text_en": "", "text_pl": "",
    },
    Template: {"key": "news", "brand": "1"},
    Topic: {"key": "news", "title_en": "News", "title_pl": ""},
    ConsentText: {
        "key": "news", "brand": "1", "channels": "email", "purpose": "marketing", "topic": "", "legal_basis": "consent",
        "text_en": "I agree.", "text_pl": "",
    },
    SignupForm: {
        "key": "news", "brand": "1", "title_en": "News", "title_pl": "", "asks": "email", "texts": "agreed",
        "double_opt_in": "on", "sites": "https://shop.example", "thanks_en": "", "thanks_pl": "", "enabled": "on",
    },
    FrequencyCap: {
        "name": "Weekly", "limit": "3", "rolling": "7 days", "calendar": "", "channels": "", "topic": "", "brand": "",
        "enabled": "on",
    },
    Price: {"channel": "sms", "amount": "0.08", "per": "part", "provider": "", "country": ""},
    Budget: {
        "name": "Texts", "amount": "5", "period": "month", "channels": "sms", "brand": "", "journey": "", "enabled": "on",
    },
    ApiKey: {
        "name": "Shop", "scopes": "events:write", "per_minute": "60", "expires_at_0": "", "expires_at_1": "",
    },
    AlarmChannel: {
        "name": "Operations", "means": "email", "to": "ops@example.com", "least": "grave", "language": "pl", "enabled": "on",
    },
    QuietHoursRule: {
        "name": "Night", "channel": "sms", "purpose": "marketing", "holidays": "", "enabled": "on",
        "ranges": '[{"weekdays": [0], "start": "21:00", "end": "08:00"}]',
    },
}  # fmt: skip


def span(**fields: str) -> str:
    """A range in JSON, its values as they are written here."""
    given = {"start": '"21:00"', "end": '"08:00"', **fields}
    return "[{" + ", ".join(f'"{name}": {value}' for name, value in given.items() if value) + "}]"


def post(marketer: Client, model: type[Model], **written: str) -> Any:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    Workspace.get()
    if model is SignupForm:
        ConsentText.objects.get_or_create(
            brand_id=1,
            key="agreed",
            version=1,
            defaults={"channels": ["email"], "published_at": timezone.now()},
        )
    url = reverse(f"{name}_change", args=[1]) if model is Workspace else reverse(f"{name}_add")
    return marketer.post(url, {**FILLED[model], **written})


def rows(model: type[Model]) -> list[tuple[Any, ...]]:
    Workspace.get()
    return list(model._default_manager.order_by("pk").values_list())


@pytest.mark.parametrize("model", FILLED, ids=lambda model: model.__name__)
def test_the_forms_are_sound_where_nothing_is_wrong(marketer: Client, model: type[Model]) -> None:
    before = len(rows(model))
    shown = 200 if model is ApiKey else 302  # a new key is shown at once, and only then
    assert post(marketer, model).status_code == shown
    assert len(rows(model)) == before + (model is not Workspace)


@pytest.mark.parametrize(
    ("model", "field", "written", "said"),
    [
        (Workspace, "name", "", "This field is required."),
        (Workspace, "name", "a\0", NUL),
        (Workspace, "name", "\u202epohs", ONE_LINE),
        (Workspace, "time_zone", "Mars/X", f"“Mars/X” {ZONE}"),
        (Workspace, "time_zone", "../../etc/passwd", f"“../../etc/passwd” {ZONE}"),
        (Workspace, "country", "XX", "“XX” is not a country; write its two letters, like PL."),
        (Workspace, "languages", "polish", "“polish” is not a language; write its code, like pl or pt-BR."),
        (Workspace, "languages", "pl, \0", "“\0” is not a language; write its code, like pl or pt-BR."),
        (Workspace, "currency", "zł", "“zł” is not a currency; write its three letters, like PLN."),
        (Workspace, "holdout", "5001", "Ensure this value is less than or equal to 5000."),
        (Workspace, "holdout", "NaN", "Enter a whole number."),
        (Workspace, "minimum_gap_minutes", "-1", "Ensure this value is greater than or equal to 0."),
        (
            Workspace,
            "minimum_gap_minutes",
            "2147483647",
            "A gap of more than 30 days would hold nearly everything; write at most 43200 minutes.",
        ),
        (
            Workspace,
            "second_factor",
            "somebody",
            "Select a valid choice. somebody is not one of the available choices.",
        ),
        (Workspace, "most_journeys", "-1", "Ensure this value is greater than or equal to 0."),
        (Workspace, "approval_days", "61", "Ensure this value is less than or equal to 60."),
        (Workspace, "utm", "utm_source={email}", UTM),
        (Workspace, "utm", "<script>", UTM),
        (Workspace, "paused_channels", "SMS", f"“SMS” {CHANNELS[:-1]}, webhook."),
        (
            Brand,
            "key",
            "../x",
            "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
        ),
        (Brand, "key", "Acme-2", KEY),
        (Brand, "key", "default", "Brand with this Key already exists."),
        (Brand, "sender_address", "a@example.com\r\nBcc: b@example.com", "Enter a valid email address."),
        (Brand, "sender_name", "Acme\r\nBcc: b@example.com", ONE_LINE),
        (Brand, "sender_name", "\u202eemcA", ONE_LINE),
        (
            Brand,
            "sms_sender",
            "Żółw",
            "A text message's sender has only letters without accents, digits and spaces.",
        ),
        (Brand, "logo_url", "javascript:alert(1)", "Enter a valid URL."),
        (Brand, "colour", "red", "“red” is not a colour; write it like #7c3aed."),
        (Brand, "colour", "#12;a:b", "“#12;a:b” is not a colour; write it like #7c3aed."),
        (Brand, "footer_en", LONG, "Ensure this value has at most 2000 characters (it has 200000)."),
        (SignupForm, "key", "News", KEY),
        (SignupForm, "title_en", "", "Write the title in one language at least."),
        (
            SignupForm,
            "asks",
            "email, salary",
            "“salary” cannot be asked. There are: email, phone, first_name, language.",
        ),
        (
            SignupForm,
            "asks",
            "first_name",
            "Ask for email or phone: without an address nobody can be written to.",
        ),
        (SignupForm, "texts", "other", "The brand has no published consent text “other”."),
        (SignupForm, "texts", "a\0", "The brand has no published consent text “a\0”."),
        (SignupForm, "texts", "x" * 99, f"The brand has no published consent text “{'x' * 60}”."),
        (
            SignupForm,
            "sites",
            "https://shop.example; script-src *",
            "“https://shop.example; script-src *” is not a site; write it like https://shop.example.",
        ),
        (AlarmChannel, "name", "Ops\r\nBcc: b@example.com", ONE_LINE),
        (
            AlarmChannel,
            "means",
            "pigeon",
            "Select a valid choice. pigeon is not one of the available choices.",
        ),
        (AlarmChannel, "to", "", "This field is required."),
        (AlarmChannel, "to", "ops@example.com, ops", "“ops” is not an address of email."),
        (
            AlarmChannel,
            "to",
            "ops@example.com\r\nBcc: b@example.com",
            "“ops@example.com\r\nBcc: b@example.com” is not an address of email.",
        ),
        (AlarmChannel, "to", ",", "“” is not an address of email."),
        (
            AlarmChannel,
            "to",
            ",".join(f"a{one}@example.com" for one in range(21)),
            "Write at most 20 addresses.",
        ),
        (AlarmChannel, "least", "all", "Select a valid choice. all is not one of the available choices."),
        (AlarmChannel, "language", "de", "Select a valid choice. de is not one of the available choices."),
        (Block, "key", "Footer", KEY),
        (Block, "title", "", "This field is required."),
        (
            Block,
            "html_en",
            "a\n<script>x</script>",
            "Line 2: <script> does not work in email and can harm. Remove it.",
        ),
        (Block, "html_pl", "<p>{{ nope }}</p>", "Line 1: There is no variable 'nope'. " + KNOWN),
        (Block, "html_en", "<b>", "Line 1: <b> is never closed. Add </b>."),
        (
            Block,
            "html_en",
            "<html></html>",
            "Line 1: A block is a piece, not a whole document. Leave out <html>.",
        ),
        (
            Block,
            "text_en",
            '{% include "block:footer" %}',
            "Line 1: {% include %} cannot be used in a message.",
        ),
        (
            Block,
            "text_pl",
            "{{ ''.__class__ }}",
            "Line 1: Names beginning with _ cannot be used in a message.",
        ),
        (Block, "text_en", "x" * 20_001, "Ensure this value has at most 20000 characters (it has 20001)."),
        (Template, "key", "News", KEY),
        (Template, "key", "x" * 64, "Ensure this value has at most 63 characters (it has 64)."),
        (
            Template,
            "brand",
            "9999",
            "Select a valid choice. That choice is not one of the available choices.",
        ),
        (Topic, "key", "Club", KEY),
        (Topic, "title_en", LONG, "Ensure this value has at most 100 characters (it has 200000)."),
        (Price, "amount", "NaN", "Enter a number."),
        (Price, "amount", "1e99", "Ensure that there are no more than 10 digits in total."),
        (Price, "per", "word", "Select a valid choice. word is not one of the available choices."),
        (Price, "channel", "\0", NUL),
        (Budget, "amount", "-0.01", "Ensure this value is greater than or equal to 0."),
        (Budget, "period", "year", "Select a valid choice. year is not one of the available choices."),
        (Budget, "channels", "\0", "“\0” is not a channel. There are: email, sms, push, webhook."),
        (Budget, "journey", "../x", "There is no journey or campaign “../x”."),
        (FrequencyCap, "limit", "-1", "Ensure this value is greater than or equal to 0."),
        (
            FrequencyCap,
            "rolling",
            "0 days",
            "“0 days” is not a duration; write a number and a unit in English, such as 7 days.",
        ),
        (
            FrequencyCap,
            "rolling",
            "1000 years",
            "“1000 years” is not a duration; write a number and a unit in English, such as 7 days.",
        ),
        (FrequencyCap, "channels", "email, pigeon", f"“pigeon” {CHANNELS}"),
        (FrequencyCap, "channels", "\0", f"“\0” {CHANNELS}"),
        (QuietHoursRule, "channel", "SMS", f"“SMS” {CHANNELS}"),
        (QuietHoursRule, "purpose", "ads", "“ads” is not a purpose. There are: marketing, transactional."),
        (QuietHoursRule, "ranges", "[", "Enter a valid JSON."),
        (QuietHoursRule, "ranges", "[" * 100_000, "Enter a valid JSON."),
        (QuietHoursRule, "ranges", "NaN", "Write a list of ranges, like the example."),
        (QuietHoursRule, "ranges", '{"start": 1}', "Write a list of ranges, like the example."),
        (QuietHoursRule, "ranges", "[1]", f"Range 1 {SHAPE}"),
        (QuietHoursRule, "ranges", span(end=""), f"Range 1 {SHAPE}"),
        (QuietHoursRule, "ranges", span(days="[0]"), f"Range 1 {SHAPE}"),
        (
            QuietHoursRule,
            "ranges",
            span(start='"25:00"'),
            "Range 1: “25:00” is not a time of day; write it like 21:00.",
        ),
        (
            QuietHoursRule,
            "ranges",
            span(end="null"),
            "Range 1: “None” is not a time of day; write it like 21:00.",
        ),
        (QuietHoursRule, "ranges", span(weekdays="[7]"), DAYS),
        (QuietHoursRule, "ranges", span(weekdays="[true]"), DAYS),
        (QuietHoursRule, "ranges", span(weekdays='"all"'), DAYS),
        (QuietHoursRule, "ranges", span(weekdays="[]"), DAYS),
    ],
    ids=lambda value: ascii(getattr(value, "__name__", value))[:30],
)
def test_a_field_says_what_is_wrong_with_it(
    db: None, rf: RequestFactory, model: type[Model], field: str, written: str, said: str
) -> None:
    row = Workspace.get() if model is Workspace else None
    request = rf.get("/")
    request.user = User(is_superuser=True, is_staff=True)
    form = admin.site.get_model_admin(model).get_form(request, row)(
        {**FILLED[model], field: written}, instance=row
    )
    assert form.errors == {field: [said]}


@pytest.mark.parametrize(
    ("model", "field", "written"),
    [
        (Workspace, "languages", "pl, \0"),
        (Workspace, "paused_channels", "SMS"),
        (FrequencyCap, "channels", "\0"),
        (QuietHoursRule, "ranges", "[" * 100_000),
    ],
)
def test_what_the_page_refuses_is_shown_on_the_page_and_not_kept(
    marketer: Client, model: type[Model], field: str, written: str
) -> None:
    before = rows(model)
    answer = post(marketer, model, **{field: written})
    assert answer.status_code == 200
    assert list(answer.context["adminform"].form.errors) == [field]
    assert rows(model) == before


def test_quiet_hours_that_start_when_they_end(marketer: Client) -> None:
    answer = post(marketer, QuietHoursRule, ranges=span(end='"21:00"'))
    assert answer.context["adminform"].form.non_field_errors() == [
        "These quiet hours cannot be read (quiet hours start and end at 21:00; write two different times, "
        "or take the whole day out of the allowed days). Write them like the example."
    ]
    assert not QuietHoursRule.objects.filter(name="Night").exists()


def test_a_cap_with_two_windows_or_none(marketer: Client) -> None:
    for written in ({"calendar": "day"}, {"rolling": ""}):
        answer = post(marketer, FrequencyCap, **written)
        assert "Fill in one of “in any” and “in each”: a cap counts in one window." in (
            answer.context["adminform"].form.non_field_errors()
        )
    assert not FrequencyCap.objects.filter(name="Weekly").exists()


@pytest.mark.parametrize(
    "filtered", ["language__exact=%00", "country__exact=P%00", "q=%00", "p=abc", "evil__x=1"]
)
def test_a_list_with_a_filter_that_means_nothing_is_a_list(marketer: Client, filtered: str) -> None:
    url = reverse("admin:customers_customer_changelist")
    answer = marketer.get(f"{url}?{filtered}", follow=True)
    assert answer.status_code == 200
    assert answer.request["PATH_INFO"] == url


def test_a_sign_up_form_asks_for_the_address_that_its_texts_speak_of(marketer: Client) -> None:
    told = post(marketer, SignupForm, asks="phone").context["adminform"].form.errors
    assert told == {"texts": ["“agreed” covers no channel whose address the form asks for."]}
