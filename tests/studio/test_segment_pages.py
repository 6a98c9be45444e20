"""Pages about segments: members, trend, moves, overlap, where one is used; and lists, filled and emptied by hand."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from orchestrator.customers.models import Address, Customer
from orchestrator.customers.save import Person, save
from orchestrator.events.models import Event
from orchestrator.journeys.models import Journey, JourneyVersion
from orchestrator.messaging.models import TemplateVersion
from orchestrator.segments.lists import add, make_list, remove
from orchestrator.segments.models import Membership, Segment, SegmentSize
from orchestrator.studio.admin import segment_pages
from orchestrator.studio.admin.segment_lists import key_of
from orchestrator.studio.builder.used import uses
from orchestrator.studio.trend import read_trend
from orchestrator.workspace import roles
from orchestrator.workspace.models import AuditEntry, Workspace
from tests.studio.sample import Sample

pytestmark = pytest.mark.django_db


def at(name: str, *args: int) -> str:
    return reverse(f"admin:segments_segment_{name}", args=args)


def plain(html: str) -> str:
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", html.partition("<main")[2] or html, flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def guests(marketer: Client, sample: Sample) -> Segment:
    """The list, with the first customer on it."""
    return Segment.objects.get(key="guests")


@pytest.fixture
def analyst(sample: Sample) -> Client:
    roles.set_up()
    user = User.objects.create_user("an", is_staff=True)
    user.groups.add(Group.objects.get(name="analyst"))
    client = Client()
    client.force_login(user)
    return client


def people() -> list[int]:
    return list(Customer.objects.order_by("pk").values_list("pk", flat=True))


def on(segment: Segment) -> list[int]:
    rows = Membership.objects.filter(segment=segment).order_by("customer_id")
    return list(rows.values_list("customer_id", flat=True))


def test_members_stand_page_by_page_and_every_page_costs_the_same(
    marketer: Client, sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(segment_pages, "A_PAGE", 2)
    golden = Segment.objects.get(key="golden")
    marketer.get(at("members", golden.pk))
    found: list[str] = []
    costs, address = set(), at("members", golden.pk)
    while address:
        with CaptureQueriesContext(connection) as asked:
            page = marketer.get(address).text
        costs.add(len(asked))
        assert not [one["sql"] for one in asked if "COUNT" in one["sql"] and "membership" in one["sql"]]
        found += re.findall(r"/admin/customers/customer/(\d+)/change/", page)
        following = re.search(r'rel="next" href="(\?after=\d+)"', page)
        address = at("members", golden.pk) + following[1] if following else ""
    assert [int(one) for one in found] == people()
    assert len(costs) == 1
    assert "Nobody else is in it." in plain(marketer.get(at("members", golden.pk) + "?after=999999").text)


def test_the_trend_is_a_line_and_tells_nobody_of_few_people(sample: Sample) -> None:
    golden, today = Segment.objects.get(key="golden"), timezone.now().date()
    trend = read_trend(golden, today)
    assert trend is not None
    assert trend.points == "6.0,134.0 320.0,70.0 634.0,6.0"
    assert (trend.least, trend.most) == ("47", "49")
    SegmentSize.objects.exclude(on=today - timedelta(days=1)).delete()
    assert read_trend(golden, today) is None


def test_a_segments_page_teaches_and_shows(marketer: Client, guests: Segment) -> None:
    page = marketer.get(reverse("admin:segments_segment_change", args=[guests.pk])).text
    said = plain(page)
    assert "A list: nobody comes or goes by what they do." in said
    assert "It has none: who is on the list was put there." in said
    assert "after the second day a line stands here" in said
    assert "Invite them again next year" in said
    assert 'name="source"' not in page
    golden = Segment.objects.get(key="golden")
    page = marketer.get(reverse("admin:segments_segment_change", args=[golden.pk])).text
    assert '<polyline points="6.0,134.0' in page
    assert (
        plain(page).partition("The last who came and went")[2].partition("Some members")[0].count(": coming ")
        == 5
    )


@pytest.fixture
def tiers() -> tuple[Segment, Segment]:
    """Nine were gold; two of them are silver now, one is neither, and seven are new among the silver."""
    now = timezone.now()
    ids = sorted(save([Person(f"t{number:02}") for number in range(16)], now).ids)
    gold, silver = (make_list(key, key.title(), now - timedelta(days=60)) for key in ("gold", "silver"))
    add(gold, ids[:9], now - timedelta(days=50))
    remove(gold, ids[:3], now - timedelta(days=5))
    add(silver, ids[:2], now - timedelta(days=5))
    add(silver, ids[9:16], now - timedelta(days=5))
    return Segment.objects.get(pk=gold), Segment.objects.get(pk=silver)


def test_who_moved_stands_in_rows_and_columns(marketer: Client, tiers: tuple[Segment, Segment]) -> None:
    page = plain(marketer.get(at("matrix") + "?segment=gold&segment=silver&days=30").text)
    assert "Gold 6 2 1 9" in page
    assert "Silver – – – 0" in page
    assert "none of these – 7" in page
    assert "is in it now 6 9" in page
    quiet = plain(marketer.get(at("matrix") + "?segment=gold&segment=silver&days=1").text)
    assert "Gold 6 – – 6" not in quiet  # a day is no period that can be chosen: it is thirty
    assert "Gold 6 2 1 9" in quiet
    nothing = plain(marketer.get(at("matrix") + "?segment=gold&segment=nobody").text)
    assert "From where to where" not in nothing


def test_an_analyst_is_not_told_of_two(analyst: Client, tiers: tuple[Segment, Segment]) -> None:
    page = plain(analyst.get(at("matrix") + "?segment=gold&segment=silver&days=30").text)
    row = re.search(r"Gold (\S+) (\S+) (\S+) (\S+) Silver", page)
    assert row is not None
    assert "2" not in row.groups()
    assert row.groups().count("hidden") >= 2
    told = plain(analyst.get(at("overlap") + "?first=gold&second=guests").text)
    assert "Only in “Gold”: 6; in both: 0; only in “Guests of the fair”: hidden." in told


def test_overlap_is_said_and_drawn(marketer: Client, tiers: tuple[Segment, Segment]) -> None:
    add(tiers[0].pk, on(tiers[1])[:3], timezone.now())
    page = marketer.get(at("overlap") + "?first=gold&second=silver").text
    assert "Only in “Gold”: 6; in both: 3; only in “Silver”: 6." in plain(page)
    assert "in both: 20.0%" in plain(page)
    assert page.count("<circle") == 2
    assert "style=" not in page.partition("<main")[2].partition("st-venn")[2].partition("</svg>")[0]


def test_where_it_is_used_is_found_and_keeps_it(marketer: Client, sample: Sample) -> None:
    golden = Segment.objects.get(key="golden")
    assert uses("golden") == []
    JourneyVersion.objects.filter(pk=sample.version.pk).update(
        definition={**sample.version.definition, "exit_when": [{"segment": "golden"}]}
    )
    Journey.objects.filter(key="winback").update(
        draft="journey: winback\nentry: {segment: {enters: golden}}\nsteps: []\n"
    )
    Journey.objects.filter(key="onboarding").update(draft="journey: [golden\n")
    prepared = TemplateVersion.objects.get(pk=sample.template.latest_id).prepared
    TemplateVersion.objects.filter(pk=sample.template.latest_id).update(
        prepared=prepared | {"segments": ["golden"]}
    )
    Segment.objects.create(
        key="other", title="Other", source="", rule={"not": {"segment": "golden"}}, changed_at=timezone.now()
    )
    Workspace.get()
    Workspace.objects.update(test_segment="golden", sensitive_segments=["golden"])
    assert [(use.title, use.what) for use in uses("golden")] == [
        ("Welcome new customers", "who leaves early"),
        ("Welcome new customers", "its draft: as it is written"),
        ("Win back quiet customers", "its draft: who enters"),
        ("welcome", "words for its people in this template"),
        ("Other", "a part of this segment's rule"),
        ("Settings", "who gets test messages"),
        ("Settings", "whose membership is told to nobody outside"),
    ]
    url = reverse("admin:segments_segment_delete", args=[golden.pk])
    answer = marketer.post(url, {"post": "yes"}, follow=True)
    assert "“Golden” is used and cannot be deleted: Welcome new customers (who leaves early);" in plain(
        answer.text
    )
    assert "(+2)" in plain(answer.text)
    assert Segment.objects.filter(key="golden").exists()
    other = Segment.objects.get(key="other")
    marketer.post(reverse("admin:segments_segment_delete", args=[other.pk]), {"post": "yes"})
    assert not Segment.objects.filter(key="other").exists()


def test_a_list_is_made_and_filled_from_a_file(marketer: Client, sample: Sample) -> None:
    answer = marketer.post(at("list"), {"title": "Goście targów", "aim": "Say thanks"})
    made = Segment.objects.get(key="goscie_targow")
    assert answer["Location"] == at("people", made.pk)
    assert (made.static, made.settled, made.aim, made.owner.username) == (True, True, "Say thanks", "ola")  # type: ignore[union-attr]
    first, second, *_ = people()
    email = Address.objects.get(customer_id=second, channel="email")
    from orchestrator.customers.addresses import digest

    Address.objects.filter(pk=email.pk).update(digest=digest("email", email.value))
    text = f"name;email\nA;{email.value.upper()}\nB;nobody@shop.example\nC;c-0000\nD;=cmd\n"
    file = SimpleUploadedFile("who.csv", text.encode(), "text/csv")
    seen = marketer.post(at("people", made.pk), {"file": file, "act": "add"})
    assert "Found: 2 people, of whom 0 are on the list already and 2 would be new; not found: 2." in plain(
        seen.text
    )
    assert on(made) == []
    ids = seen.context["ids"]
    missing = marketer.post(at("people", made.pk), {"ids": ids, "act": "add", "do": "missing"})
    assert missing.content.decode("utf-8-sig") == "external_id\r\nnobody@shop.example\r\n'=cmd\r\n"
    marketer.post(at("people", made.pk), {"ids": ids, "act": "add", "do": "it", "silently": "1"})
    assert on(made) == [first, second]
    told = Event.objects.filter(name="segment.entered", properties__segment=made.key)
    assert list(told.values_list("backfilled", flat=True)) == [True, True]
    assert AuditEntry.objects.order_by("-number").first().details == {"people": 2, "let_in": 2}  # type: ignore[union-attr]
    marketer.post(at("people", made.pk), {"ids": "c-0000", "act": "remove", "do": "it"})
    assert on(made) == [second]


def test_a_second_list_of_a_name_has_a_key_of_its_own(marketer: Client, guests: Segment) -> None:
    for _ in range(2):
        marketer.post(at("list"), {"title": "Guests"})
    assert set(Segment.objects.filter(static=True).values_list("key", flat=True)) == {
        "guests",
        "guests_2",
        "guests_3",
    }
    assert marketer.post(at("list"), {"title": " "}).context["problem"]
    assert [key_of(title) for title in ("Ąć 2", "2026!", "…")] == ["ac_2", "list_2026", "list"]


def test_whom_the_customers_list_shows_is_put_on_it(marketer: Client, guests: Segment) -> None:
    Customer.objects.filter(pk__in=people()[1:3]).update(language="de")
    listing = marketer.get(reverse("admin:customers_customer_changelist") + "?language__exact=de")
    assert at("filtered") + "?language__exact=de" in listing.text
    page = plain(marketer.get(at("filtered") + "?language__exact=de").text)
    assert "By the search and the filters: 2 people" in page
    marketer.post(at("filtered") + "?language__exact=de", {"list": guests.pk})
    assert on(guests) == people()[:3]
    assert Event.objects.filter(name="segment.entered", backfilled=False).count() == 2


def test_too_many_are_not_put_on_it(
    marketer: Client, guests: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestrator.studio.admin import segment_lists

    monkeypatch.setattr(segment_lists, "MOST", 3)
    assert "These are more than 3" in plain(marketer.get(at("filtered")).text)
    marketer.post(at("filtered"), {"list": guests.pk})
    assert on(guests) == people()[:1]


def test_a_customers_page_has_buttons(marketer: Client, guests: Segment) -> None:
    second = people()[1]
    page = marketer.get(reverse("admin:customers_customer_change", args=[second])).text
    assert "On no list." in plain(page)
    marketer.post(at("one"), {"list": guests.pk, "customer": second, "act": "add"})
    assert on(guests) == people()[:2]
    page = marketer.get(reverse("admin:customers_customer_change", args=[second])).text
    assert "Take off “Guests of the fair”" in page
    marketer.post(at("one"), {"list": guests.pk, "customer": second, "act": "remove"})
    assert on(guests) == people()[:1]


def test_a_rules_people_are_put_on_by_nobody(marketer: Client, sample: Sample) -> None:
    golden = Segment.objects.get(key="golden")
    before = on(golden)
    for address, said in (
        (at("one"), {"list": golden.pk, "customer": people()[0], "act": "remove"}),
        (at("people", golden.pk), {"ids": "c-0000", "act": "remove", "do": "it"}),
    ):
        assert marketer.post(address, said).status_code == 404
    assert on(golden) == before
    assert marketer.get(at("builder", Segment.objects.get(key="guests").pk)).status_code == 404


def test_whoever_sees_no_people_says_nothing_of_lists(analyst: Client, sample: Sample) -> None:
    guests = Segment.objects.get(key="guests")
    assert analyst.post(at("one"), {"list": guests.pk, "customer": people()[1]}).status_code == 403
    assert analyst.get(at("members", guests.pk)).status_code == 403
    page = analyst.get(reverse("admin:segments_segment_change", args=[guests.pk])).text
    assert "/customers/customer/" not in page.partition("<main")[2]
