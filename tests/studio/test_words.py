"""What the pages say: the banner, the first page, drafts, and the Polish catalogue."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from orchestrator.customers.models import Customer
from orchestrator.domain.gate_facts import Outcome
from orchestrator.domain.outbox import State
from orchestrator.journeys.models import Journey
from orchestrator.messaging.models import FrequencyCap, Message, QuietHoursRule, TemplateVersion
from orchestrator.sdk.values import RejectReason
from orchestrator.studio import drafts, numbers, outcomes, outline, rules, sentences, words
from orchestrator.studio.timeline import read_timeline
from orchestrator.studio.today import read_today
from orchestrator.workspace.models import Brand, Topic, Workspace
from tests.studio import catalogue
from tests.studio.sample import DEFINITION, SOURCE, Sample


@pytest.mark.parametrize(
    ("allowed", "said"),
    [
        ([], "Nobody really gets messages: the allow-list is empty"),
        (
            ["shop.example"],
            "Only the allow-list (1 entry) really gets messages; everything else goes to the mailbox.",
        ),
        (["shop.example", "a@b.example"], "Only the allow-list (2 entries) really gets messages"),
    ],
)
def test_the_banner_stands_on_every_page_while_delivery_is_restricted(
    marketer: Client, sample: Sample, settings: Any, allowed: list[str], said: str
) -> None:
    settings.DELIVERY_ALLOWLIST = allowed
    pages = [
        reverse("admin:index"),
        reverse("admin:customers_customer_changelist"),
        reverse("admin:customers_customer_change", args=[sample.customer.pk]),
        reverse("admin:workspace_topic_add"),
        reverse("admin:password_change"),
    ]
    for page in pages:
        assert marketer.get(page).text.count(said) == 1, page


def test_there_is_no_banner_where_everybody_gets_messages_nor_before_signing_in(
    marketer: Client, settings: Any
) -> None:
    settings.DELIVERY_ALLOWLIST = []
    assert "st-notice" not in Client().get(reverse("admin:login")).text
    settings.DELIVERY_ALLOWLIST = ["*"]
    assert "st-notice" not in marketer.get(reverse("admin:index")).text


def test_home_counts_what_there_is(sample: Sample) -> None:
    today = read_today(timezone.now())
    assert today.sentence.endswith(" today; 6 alarms need you.")  # five budgets, and a provider
    (live,) = today.living.rows
    assert (live.title, live.entered, live.active, live.completed, live.converted, live.rate) == (
        "Welcome new customers", "5", "2", "1", "1", "20.0%",
    )  # fmt: skip
    assert today.audit is not None
    assert (today.audit.looked_at, today.audit.sampled) == ("5 people", False)
    assert [(lack.name, lack.count, lack.share) for lack in today.audit.lacks] == [
        ("Without any consent", "1", "20.0%"),
        ("Without a usable address", "1", "20.0%"),
        ("Known twice, by a shared address", "0", "0.0%"),
        ("Without an event in the last 90 days", "1", "20.0%"),
    ]


def test_home_speaks_polish_with_its_plurals(sample: Sample) -> None:
    Message.objects.update(state=State.ACCEPTED, final_at=timezone.now(), first_held_at=None)
    with translation.override("pl"):
        assert read_today(timezone.now()).sentence == "Dziś wychodzi 5 wiadomości; 6 alarmów czeka na Ciebie."


def test_home_counts_from_the_midnight_of_the_workspace(sample: Sample) -> None:
    now = datetime(2026, 7, 1, 10, tzinfo=UTC)
    before, after = datetime(2026, 6, 30, 21, 59, tzinfo=UTC), datetime(2026, 6, 30, 22, 0, tzinfo=UTC)
    first, second = Message.objects.order_by("id")[:2]
    Message.objects.filter(pk=first.pk).update(state=State.ACCEPTED, final_at=before)
    Message.objects.filter(pk=second.pk).update(state=State.ACCEPTED, final_at=after)
    with timezone.override("Europe/Warsaw"):
        (bar,) = read_today(now).hours.bars[:1]
    assert (bar.name, bar.parts) == ("midnight", "1 sent")


def test_home_says_why_messages_were_skipped(marketer: Client, sample: Sample) -> None:
    Message.objects.update(state=State.SKIPPED, reason="capped")
    Message.objects.filter(channel="email").update(reason="no_consent")
    today = read_today(timezone.now())
    assert [(reason, count) for reason, count, _url in today.skips] == [
        ("the frequency cap is reached", "3"),
        ("there is no consent for this channel", "2"),
    ]
    listed = marketer.get(today.skips[1][2])
    assert len(listed.context["cl"].result_list) == 2


def test_an_empty_installation_says_what_to_do(marketer: Client) -> None:
    text = marketer.get(reverse("admin:index")).text
    assert "No journey is live yet." in text
    assert "manage.py import_customers" in text


def test_a_timeline_is_newest_first_and_fifty_a_page(sample: Sample) -> None:
    from orchestrator.events.models import Event

    now = timezone.now()
    Event.objects.bulk_create(
        Event(
            customer=sample.customer,
            name="page.viewed",
            occurred_at=now + timedelta(minutes=minutes),
            received_at=now,
            key=f"view-{minutes}",
        )
        for minutes in range(150)
    )
    items = read_timeline(sample.customer).items
    assert len(items) == 50
    assert [item.at for item in items] == sorted((item.at for item in items), reverse=True)
    assert items[0].at == now + timedelta(minutes=149)


def test_a_timeline_merges_all_kinds_in_words(sample: Sample) -> None:
    titles = [item.title for item in read_timeline(sample.customer).items]
    assert titles == [
        "Held: quiet hours",
        "Email message held: quiet hours",
        "order.placed",
        "Consent to SMS, marketing: withdrawn",
        "Entered “Welcome new customers”",
        "Consent to email, marketing: granted",
    ]


@pytest.mark.parametrize("state", list(State))
def test_every_state_of_a_message_is_told_in_both_languages(state: State) -> None:
    told = {}
    for language in ("en", "pl"):
        with translation.override(language):
            told[language] = sentences.say_message(Message(state=state, channel="sms", reason=""))
    assert told["en"] != told["pl"]
    assert all(sentence.startswith("SMS") for sentence in told.values())


def test_every_outcome_and_refusal_has_words() -> None:
    assert {str(outcome) for outcome in Outcome} <= set(words.OUTCOMES)
    assert {str(reason) for reason in RejectReason} <= set(words.REASONS)


def test_every_reason_the_gate_can_give_has_words() -> None:
    """The codes are read from the gate's source, so that a new one without words is noticed."""
    import inspect

    from orchestrator.domain import policy

    given = set(re.findall(r"""(?:Verdict\(Outcome\.\w+, |_hold\()"([a-z_]+)\"""", inspect.getsource(policy)))
    assert "quiet_hours" in given
    assert "no_address" in given
    assert given <= set(words.REASONS)


def test_a_plugin_reason_is_shown_and_not_hidden() -> None:
    assert words.reason("acme_says_no") == "acme says no"


def test_an_outline_reads_like_the_journey() -> None:
    read = outline.read(DEFINITION)
    assert read.entries == ["When customer.signed_up happens"]
    assert read.conditions == [
        "Only if consent to email is given and country is PL",
        "Goal: order.placed happened within 14 days",
        "Held out: 10%",
    ]
    assert [(row.depth, row.text) for row in read.rows] == [
        (0, "Send “welcome” by email"),
        (0, "Wait until message.clicked happened (of “hello”), at most 3 days"),
        (1, "If it happened"),
        (2, "Send “picked_for_you” by email"),
        (1, "Otherwise"),
        (2, "Send “nudge” by SMS → push"),
        (0, "Split by chance"),
        (1, "50% · gift"),
        (2, "Send “gift” by email"),
        (1, "50% · discount"),
        (2, "Send “discount” by email"),
        (0, "Wait 2 days"),
    ]


def test_durations_have_polish_plurals() -> None:
    with translation.override("pl"):
        said = [rules.say_duration(f"{count} hours") for count in (1, 2, 5, 12, 22)]
    assert said == ["1 godzinę", "2 godziny", "5 godzin", "12 godzin", "22 godziny"]


def test_a_share_is_rounded_and_of_nothing_there_is_none() -> None:
    assert [numbers.share(5, 18), numbers.share(77, 120), numbers.share(0, 3)] == ["27.8%", "64.2%", "0.0%"]
    assert numbers.share(0, 0) == "–"
    with translation.override("pl"):
        assert numbers.share(5, 18) == "27,8%"


def test_a_journey_without_a_goal_says_so_on_the_first_page(marketer: Client, sample: Sample) -> None:
    assert read_today(timezone.now()).living.rows[0].converted != ""
    assert "has no goal" not in marketer.get(reverse("admin:index")).text
    version = sample.version
    version.definition = {key: value for key, value in version.definition.items() if key != "goal"}
    version.save()
    assert read_today(timezone.now()).living.rows[0].converted == ""
    page = marketer.get(reverse("admin:index")).text
    assert (page.count("has no goal"), page.count("of those who entered")) == (1, 0)


def test_whether_somebody_may_enter_again_is_said_in_both_languages() -> None:
    written = ["never", "after exit", "after 180 days", "always", "per key", "per order_id", "odd"]
    said = [rules.say_again(one) for one in written]
    assert said == [
        "never",
        "once they have left",
        "after 180 days at the earliest",
        "always, even while inside",
        "once for each mark or date",
        "once for each “order_id”",
        "odd",
    ]
    with translation.override("pl"):
        assert rules.say_again("after 180 days") == "najwcześniej za 180 dni"


def test_what_was_received_is_a_sentence() -> None:
    asked = [
        {"journey": "onboarding", "step": "hello", "within": "10 days"},
        {"journey": "onboarding"},
        {"within": "1 day"},
    ]
    assert [rules.say({"received": one}) for one in asked] == [
        "they received “hello” of “onboarding” within 10 days",
        "they received a message of “onboarding”",
        "they received a message within 1 day",
    ]


def test_a_template_speaks_only_the_channels_it_has_words_for(marketer: Client, sample: Sample) -> None:
    version = TemplateVersion.objects.get()
    version.prepared = {"email": {"en": {}, "pl": {}}, "sms": {}, "push": {}}
    version.save()
    page = marketer.get(reverse("admin:messaging_template_change", args=[version.template_id])).text
    assert "<p><strong>email</strong>: English, Polish</p>" in page
    assert "<p><strong>SMS</strong>" not in page
    assert "<p><strong>push</strong>" not in page


def test_what_a_send_does_at_a_full_cap_stands_in_the_outline() -> None:
    arm = {"go_to": [{"wait": "2 days", "id": "rest"}]}
    sends = [{"send": "tip", "id": "tip", "on_cap": word} for word in ("hold", "skip", "fallback", arm)]
    assert [(row.depth, row.text) for row in outline.read({"steps": sends}).rows] == [
        (0, "Send “tip” by email; waits while a cap is full"),
        (0, "Send “tip” by email; not sent while a cap is full"),
        (0, "Send “tip” by email; by the next channel while a cap is full"),
        (0, "Send “tip” by email"),
        (1, "If a cap was full"),
        (2, "Wait 2 days"),
    ]
    assert outcomes.say_outcome(sends[-1], "arm:capped") == "a cap was full"
    assert outcomes.say_outcome({"split": {}}, "arm:capped") == "took the arm “capped”"


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        ({"entries": "100 per day"}, "At most: 100 in a day; others wait at the door"),
        ({"at_once": 5, "over": "refuse"}, "At most: 5 at once; others are turned away"),
        (
            {"entries": "9 per 6 hours", "per_customer": "2 per month", "over": "wait 2 days"},
            "At most: 9 in 6 hours, each customer 2 in a month; others wait at the door, 2 days at most",
        ),
    ],
)
def test_the_limit_of_a_door_stands_in_the_outline(limit: dict[str, object], said: str) -> None:
    assert outline.read({"entry": {"event": "a.b", "limit": limit}, "steps": []}).conditions == [said]


def test_an_outline_of_nonsense_is_still_an_outline() -> None:
    for nonsense in (
        {},
        {"steps": "x"},
        {"steps": [1, {}]},
        {"entry": [], "steps": [{"call": {"url": "x"}}]},
    ):
        outline.read(nonsense)


def test_a_draft_with_mistakes_is_refused_with_their_lines(marketer: Client, sample: Sample) -> None:
    url = reverse("admin:journeys_journey_change", args=[sample.journey.pk])
    wrong = SOURCE.replace("at_most: 3 days", "at_most: 3 dayz").replace("holdout: 10%", "holdout: 90%")
    answer = marketer.post(url, {"title": "Welcome", "draft": wrong})
    assert answer.status_code == 200
    told = answer.context["adminform"].form.errors["draft"]
    assert [said.split(":")[0] for said in told] == ["Line 8", "Line 14"]
    assert marketer.get(url).text.count("3 dayz") == 0


def test_a_draft_that_is_no_yaml_is_refused_with_its_line(db: None) -> None:
    (told,) = drafts.problems("journey: onboarding\nsteps: [\n")
    assert told.startswith("Line ")


def test_a_sound_draft_is_kept_and_changes_nothing_that_runs(marketer: Client, sample: Sample) -> None:
    assert drafts.problems(SOURCE) == []
    url = reverse("admin:journeys_journey_change", args=[sample.journey.pk])
    answer = marketer.post(url, {"title": "Welcome!", "draft": SOURCE + "# later\n"})
    assert answer.status_code == 302
    kept = Journey.objects.get(pk=sample.journey.pk)
    assert (kept.title, kept.status, kept.current_id) == ("Welcome!", "live", sample.version.pk)
    assert kept.draft.replace("\r\n", "\n").rstrip() == (SOURCE + "# later").rstrip()


def test_pause_and_resume_are_buttons_not_links(marketer: Client, sample: Sample) -> None:
    pause = reverse("admin:journeys_journey_pause", args=[sample.journey.pk])
    resume = reverse("admin:journeys_journey_resume", args=[sample.journey.pk])

    def status() -> str:
        return Journey.objects.get(pk=sample.journey.pk).status

    assert marketer.get(pause).status_code == 405
    assert status() == "live"
    marketer.post(pause)
    assert status() == "paused"
    marketer.post(pause)
    assert status() == "paused"
    marketer.post(resume)
    assert status() == "live"
    draft = Journey.objects.get(key="winback")
    marketer.post(reverse("admin:journeys_journey_resume", args=[draft.pk]))
    assert Journey.objects.get(pk=draft.pk).status == "draft"


def test_somebody_who_may_only_look_cannot_pause(sample: Sample, django_user_model: Any) -> None:
    from django.contrib.auth.models import Permission

    looker = django_user_model.objects.create_user("looker", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_journey"))
    client = Client()
    client.force_login(looker)
    url = reverse("admin:journeys_journey_change", args=[sample.journey.pk])
    assert "/pause/" not in client.get(url).text
    assert client.post(reverse("admin:journeys_journey_pause", args=[sample.journey.pk])).status_code == 403
    assert Journey.objects.get(pk=sample.journey.pk).status == "live"


def test_a_published_journey_keeps_its_key(marketer: Client, sample: Sample) -> None:
    url = reverse("admin:journeys_journey_change", args=[sample.journey.pk])
    marketer.post(url, {"key": "other", "title": "Welcome", "draft": SOURCE})
    assert Journey.objects.get(pk=sample.journey.pk).key == "onboarding"


def test_a_cap_has_one_window(marketer: Client) -> None:
    url = reverse("admin:messaging_frequencycap_add")
    count = FrequencyCap.objects.count()
    both = marketer.post(url, {"name": "x", "limit": 1, "rolling": "7 days", "calendar": "day"})
    assert "a cap counts in one window" in both.text
    odd = marketer.post(url, {"name": "x", "limit": 1, "rolling": "a week"})
    assert "is not a duration" in odd.text
    assert FrequencyCap.objects.count() == count
    marketer.post(url, {"name": "x", "limit": 1, "rolling": "7 days", "channels": "email, sms, email"})
    cap = FrequencyCap.objects.get(name="x")
    assert (cap.rolling, cap.calendar, cap.channels) == ("7 days", "", ["email", "sms"])


def test_quiet_hours_the_gate_could_not_read_are_refused(marketer: Client) -> None:
    url = reverse("admin:messaging_quiethoursrule_add")
    said = {"name": "x", "channel": "sms", "purpose": "marketing", "holidays": ""}
    for ranges, refused in (
        ('[{"weekdays": [0], "start": "21:00", "end": "21:00"}]', "These quiet hours cannot be read"),
        ("[1]", "Range 1 needs start and end"),
        ('[{"start": "21:00"}]', "Range 1 needs start and end"),
    ):
        assert refused in marketer.post(url, {**said, "ranges": ranges}).text
    assert not QuietHoursRule.objects.filter(name="x").exists()
    good = '[{"weekdays": [0, 5], "start": "21:00", "end": "08:00"}]'
    assert marketer.post(url, {**said, "ranges": good}).status_code == 302
    assert QuietHoursRule.objects.get(name="x").ranges == [
        {"weekdays": [0, 5], "start": "21:00", "end": "08:00"}
    ]


def test_settings_and_titles_keep_their_lists_and_languages(marketer: Client, sample: Sample) -> None:
    Workspace.get()
    said = {
        "name": "Shop", "time_zone": "Europe/Warsaw", "country": "PL", "languages": "pl, en, de", "currency": "PLN",
        "holdout": 0, "minimum_gap_minutes": 60, "most_journeys": 3, "paused_channels": "sms",
        "second_factor": "nobody", "approval_days": 3,
    }  # fmt: skip
    marketer.post(reverse("admin:workspace_workspace_change", args=[1]), said)
    assert (Workspace.get().languages, Workspace.get().paused_channels) == (["pl", "en", "de"], ["sms"])
    Topic.objects.filter(key="club").update(title={"en": "Club", "pl": "Klub", "de": "Klub"})
    topic = Topic.objects.get(key="club")
    url = reverse("admin:workspace_topic_change", args=[topic.pk])
    assert 'value="Klub"' in marketer.get(url).text
    marketer.post(url, {"key": "club", "title_en": "The club", "title_pl": ""})
    assert Topic.objects.get(key="club").title == {"en": "The club", "de": "Klub"}


def test_a_brand_footer_is_kept_by_language(marketer: Client, sample: Sample) -> None:
    brand = Brand.objects.get(key="default")
    said = {"key": "default", "name": "My shop", "colour": "#7c3aed", "footer_en": "Bye", "footer_pl": "Pa"}
    assert marketer.post(reverse("admin:workspace_brand_change", args=[brand.pk]), said).status_code == 302
    assert Brand.objects.get(key="default").footer == {"en": "Bye", "pl": "Pa"}


@pytest.mark.parametrize("asked", ["anna", "Anna Kow", "c-0000", "anna0@shop", "+4860000000"])
def test_customers_are_found_by_name_id_and_address(marketer: Client, sample: Sample, asked: str) -> None:
    listed = marketer.get(reverse("admin:customers_customer_changelist"), {"q": asked})
    assert sample.customer in listed.context["cl"].result_list
    assert len({row.pk for row in listed.context["cl"].result_list}) == len(listed.context["cl"].result_list)


def test_customers_who_do_not_match_are_not_found(marketer: Client, sample: Sample) -> None:
    listed = marketer.get(reverse("admin:customers_customer_changelist"), {"q": "anna nowak"})
    assert list(listed.context["cl"].result_list) == []


def test_a_message_whose_customer_is_gone_stays_in_the_list(marketer: Client, sample: Sample) -> None:
    Message.objects.update(customer_id=999_999)
    listed = marketer.get(reverse("admin:messaging_message_changelist"))
    assert len(listed.context["cl"].result_list) == 5
    assert "#999999" in listed.text
    first = Message.objects.order_by("id")[0]
    assert marketer.get(reverse("admin:messaging_message_change", args=[first.pk])).status_code == 200


def test_a_customer_who_was_erased_says_so(marketer: Client, sample: Sample) -> None:
    Customer.objects.filter(pk=sample.customer.pk).update(erased_at=timezone.now(), attributes={})
    text = marketer.get(reverse("admin:customers_customer_change", args=[sample.customer.pk])).text
    assert "What is left names nobody." in text


def test_times_are_the_workspace_s(marketer: Client, sample: Sample) -> None:
    Message.objects.update(created_at=datetime(2026, 7, 1, 10, 30, tzinfo=UTC))
    url = reverse("admin:messaging_message_changelist")
    assert "July 1, 2026, 12:30 p.m." in marketer.get(url).text
    Workspace.objects.update(time_zone="America/New_York")
    assert "July 1, 2026, 6:30 a.m." in marketer.get(url).text


def test_lists_hold_no_link_inside_a_link(marketer: Client, sample: Sample) -> None:
    from django.contrib import admin

    for model in admin.site._registry:
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        text = marketer.get(url, follow=True).text
        assert not re.search(r"<a\b[^>]*>(?:(?!</a\s*>).)*<a\b", text, re.DOTALL), model


def test_everything_said_has_polish_words() -> None:
    said, known = catalogue.read_source(), catalogue.read_catalogue()
    missing = {
        one: file
        for one, file in said.items()
        if (message := known.get(one if isinstance(one, str) else one[0])) is None
        or not catalogue.translated(message)
    }
    assert missing == {}
    assert len(said) > 500


def test_the_polish_catalogue_is_sound_and_compiled() -> None:
    known = catalogue.read_catalogue()
    holes = re.compile(r"%\(\w+\)s|\{\w*\}")
    for message in known:
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        assert catalogue.translated(message), message.id
        told = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        asked = message.id if isinstance(message.id, (tuple, list)) else (message.id,)
        for form in told:
            assert set(holes.findall(form)) == set(holes.findall(asked[-1])), message.id
    assert catalogue.MO.read_bytes() == catalogue.compiled(known)
