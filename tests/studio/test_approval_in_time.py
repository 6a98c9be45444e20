"""A request to publish lapses, is talked about, and is told by email; nobody approves a draft that they edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestrator.journeys import notify as notify_module
from orchestrator.journeys.approval import (
    Edited,
    Lapsed,
    NoRight,
    NotYours,
    Unsaid,
    approve,
    ask_to_publish,
    comment,
    decline,
    lapse,
    refusal,
    standing,
)
from orchestrator.journeys.edits import note_edit
from orchestrator.journeys.models import DraftEdit, Journey, JourneyVersion, PublishNotice, PublishRequest
from orchestrator.journeys.notify import notify
from orchestrator.journeys.proposal import proposal
from orchestrator.messaging.models import Template
from orchestrator.studio import drafting, requests
from orchestrator.workspace.models import Workspace
from tests.journeys import conftest as folders
from tests.studio import test_publish as publishing
from tests.studio.test_approval import REQUESTS, act, somebody, state
from tests.studio.test_publish import CHANGED, url

files, journey = folders.files, publishing.journey  # the fixtures
NOW = datetime(2026, 11, 27, 14, 0, tzinfo=UTC)  # a Friday
APPROVES = ("view_journey", "approve_publishrequest")


@pytest.fixture(autouse=True)
def needed(db: None) -> None:
    Workspace.get()
    Workspace.objects.update(approval_needed=True, languages=["pl", "en"])


def user(name: str, *rights: str, email: str = "") -> User:
    made = User.objects.create_user(name, email or f"{name}@shop.example", "x", is_staff=True)
    made.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return User.objects.get(pk=made.pk)


def ask(journey: Journey, by: User, deadline: datetime | None = None) -> PublishRequest:
    row = Journey.objects.select_related("current", "brand").get(pk=journey.pk)
    return ask_to_publish(row, proposal(row).mark, "", deadline, by, NOW)


def fresh() -> PublishRequest:
    return PublishRequest.objects.select_related("journey__current").order_by("-pk")[0]


def told() -> list[tuple[str, str]]:
    return list(PublishNotice.objects.order_by("pk").values_list("what", "to__username"))


def subjects() -> list[tuple[list[str], str]]:
    return [(one.to, one.subject) for one in mail.outbox]


def test_void_comes_before_lapsed_and_what_is_decided_stays() -> None:
    assert standing("waiting", "a", "a", late=True) == "lapsed"
    assert standing("waiting", "a", "b", late=True) == "void"
    assert standing("approved", "a", "a", late=True) == "approved"


def test_after_its_deadline_nobody_approves_it(journey: Journey) -> None:
    ola, piotr = user("ola", "change_journey"), user("piotr", *APPROVES)
    ask(journey, ola, NOW + timedelta(hours=1))
    for decide in (approve, decline):
        with pytest.raises(Lapsed):
            decide(fresh(), "late", piotr, NOW + timedelta(hours=1))
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)
    assert lapse(NOW + timedelta(minutes=59)) == 0
    assert [lapse(NOW + timedelta(hours=1)) for _ in range(2)] == [1, 0]
    assert state() == [("lapsed", None)]
    assert told() == [("asked", "piotr"), ("lapsed", "ola")]
    ask(journey, ola)
    approve(fresh(), "", piotr, NOW + timedelta(minutes=59))
    assert (state(), JourneyVersion.objects.count()) == ([("lapsed", None), ("approved", "piotr")], 2)


def test_the_pages_say_that_it_lapsed_before_any_worker_has_looked(
    marketer: Client, journey: Journey
) -> None:
    piotr = somebody("piotr", *APPROVES)
    act(marketer, journey, "ask", deadline="2036-03-09T10:00")
    mark = piotr.get(url(journey)).context["mark"]
    PublishRequest.objects.update(deadline=timezone.now() - timedelta(minutes=1))
    assert piotr.get(reverse("admin:index")).context["requests"] == []
    page = piotr.get(url(journey))
    assert page.context["waits"] is None
    assert "so it lapsed and cannot be approved: ask again." in page.text
    late = piotr.post(url(journey), {"act": "approve", "mark": mark})
    assert late.status_code == 409
    assert "so it lapsed and cannot be approved: ask again." in late.text
    assert [one.stands for one in piotr.get(reverse(REQUESTS)).context["cl"].result_list] == ["lapsed"]
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)
    assert act(marketer, journey, "ask").status_code == 302
    assert state() == [("lapsed", None), ("waiting", None)]


def test_the_deadline_is_so_many_working_days_on_unless_one_is_written() -> None:
    by_default = requests.deadline_by_default
    assert by_default(NOW) == datetime(
        2026, 12, 2, 14, 0, tzinfo=UTC
    )  # Friday, and Monday, Tuesday, Wednesday
    assert by_default(datetime(2025, 12, 22, 9, 0, tzinfo=UTC)) == datetime(2025, 12, 30, 9, 0, tzinfo=UTC)
    Workspace.objects.update(approval_days=0)
    assert by_default(NOW) is None


def test_asked_without_a_deadline_it_has_the_default_one(marketer: Client, journey: Journey) -> None:
    act(marketer, journey, "ask")
    deadline = PublishRequest.objects.get().deadline
    assert deadline is not None
    assert timedelta(days=2, hours=22) < deadline - timezone.now() < timedelta(days=12)


@pytest.mark.parametrize("asked", [False, True])
@pytest.mark.parametrize("drew", [False, True])
@pytest.mark.parametrize("right", [False, True])
def test_four_eyes(journey: Journey, asked: bool, drew: bool, right: bool) -> None:
    ola, ewa = user("ola", *APPROVES), user("ewa", *(APPROVES if right else ()))
    ask(journey, ewa if asked else ola)
    if drew:
        note_edit(journey.key, ewa, NOW - timedelta(days=1))
    why = type(refusal(fresh(), ewa))
    expected: Any = NoRight if not right else NotYours if asked else Edited if drew else type(None)
    assert why is expected
    if expected is type(None):
        approve(fresh(), "", ewa, NOW)
        assert state() == [("approved", "ewa")]
        return
    for decide in (approve, decline):
        with pytest.raises(expected):
            decide(fresh(), "x", ewa, NOW)
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)


def test_the_page_says_why_an_editor_may_not(marketer: Client, journey: Journey) -> None:
    ewa = somebody("ewa", *APPROVES)
    act(marketer, journey, "ask")
    note_edit(journey.key, User.objects.get(username="ewa"), NOW)
    page = ewa.get(url(journey))
    words = "You may not decide it: you edited this draft on Nov. 27, 2026, 3 p.m."
    assert words in page.text
    assert "Approve, and publish exactly this" not in page.text
    assert "Nobody else may approve it" in page.text
    answer = act(ewa, journey, "approve")
    assert (answer.status_code, words in answer.text) == (403, True)
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)


def test_an_edit_that_is_taken_back_still_counts(journey: Journey) -> None:
    ola, piotr = user("ola", "change_journey"), user("piotr", *APPROVES)
    ask(journey, ola)
    one = Journey.objects.get()
    drafting.save(one, CHANGED + "\n# x\n", drafting.revision(CHANGED), piotr, NOW)
    one.refresh_from_db()
    drafting.save(one, CHANGED, drafting.revision(one.draft), piotr, NOW)
    assert (
        requests.of_journey(Journey.objects.select_related("current").get(), piotr, NOW) != []
    )  # it waits as before
    with pytest.raises(Edited):
        approve(fresh(), "", piotr, NOW)
    assert state() == [("waiting", None)]


def test_publishing_takes_the_edits_away(journey: Journey) -> None:
    ola, piotr, ewa = user("ola", "change_journey"), user("piotr", *APPROVES), user("ewa", *APPROVES)
    note_edit(journey.key, ewa, NOW)
    ask(journey, ola)
    approve(fresh(), "", piotr, NOW)
    assert DraftEdit.objects.count() == 0
    Journey.objects.update(draft=CHANGED.replace("3 days", "5 days"))
    ask(journey, ola)
    approve(fresh(), "", ewa, NOW)
    assert state() == [("approved", "piotr"), ("approved", "ewa")]


def test_every_door_to_a_draft_notes_who_came_in(marketer: Client, journey: Journey) -> None:
    def edits() -> int:
        found = DraftEdit.objects.filter(user__username="ola").count()
        DraftEdit.objects.all().delete()
        return found

    revision = drafting.revision(CHANGED)
    saved = marketer.post(
        url(journey, "canvas_save"),
        {"text": CHANGED + "# y\n", "revision": revision},
        content_type="application/json",
    )
    assert (saved.status_code, edits()) == (200, 1)
    same = {"text": CHANGED + "# y\n", "revision": drafting.revision(CHANGED + "# y\n")}
    marketer.post(url(journey, "canvas_save"), same, content_type="application/json")
    assert edits() == 0  # nothing was changed
    change = reverse("admin:journeys_journey_change", args=[journey.pk])
    form = {"key": journey.key, "title": journey.title, "brand": journey.brand_id, "draft": CHANGED}
    assert (marketer.post(change, form).status_code, edits()) == (302, 1)
    template = Template.objects.filter(journey=journey.key).order_by("pk")[0]
    Template.objects.filter(pk=template.pk).update(draft=f"template: {template.key}\n")
    discard = reverse("admin:messaging_template_editor_discard", args=[template.pk])
    assert (marketer.post(discard, content_type="application/json").status_code, edits()) == (200, 1)


def test_who_loses_the_right_meanwhile_cannot(journey: Journey) -> None:
    ola, piotr = user("ola", "change_journey"), user("piotr", *APPROVES)
    ask(journey, ola)
    assert piotr.has_perm("journeys.approve_publishrequest")  # as it was read when the page was
    User.objects.get(pk=piotr.pk).user_permissions.clear()
    for decide in (approve, decline):
        with pytest.raises(NoRight):
            decide(fresh(), "x", piotr, NOW)
    with pytest.raises(NoRight):
        comment(fresh(), "x", piotr, NOW)
    User.objects.filter(pk=piotr.pk).delete()
    with pytest.raises(NoRight):
        approve(fresh(), "", piotr, NOW)
    assert (state(), JourneyVersion.objects.count()) == ([("waiting", None)], 1)


def test_whoever_declines_says_why(journey: Journey) -> None:
    ola, piotr = user("ola", "change_journey"), user("piotr", *APPROVES)
    ask(journey, ola)
    with pytest.raises(Unsaid):
        decline(fresh(), "  ", piotr, NOW)
    assert state() == [("waiting", None)]


def test_what_was_said_stands_in_its_order(marketer: Client, journey: Journey) -> None:
    piotr, reader = somebody("piotr", *APPROVES), somebody("reader", "view_journey", "view_publishrequest")
    act(marketer, journey, "ask", comment="For spring.")
    one = PublishRequest.objects.get()
    page = reverse("admin:journeys_publishrequest_change", args=[one.pk])
    say = reverse("admin:journeys_publishrequest_comment", args=[one.pk])
    assert piotr.post(say, {"text": "Why so long?"}).status_code == 302
    assert marketer.post(say, {"text": "It worked last year."}).status_code == 302
    assert reader.post(say, {"text": "Me too."}).status_code == 403
    for rubbish in ("", "x" * 2001, "a\0b"):
        piotr.post(say, {"text": rubbish})
    act(piotr, journey, "decline", comment="Too long.")
    said = [(one.who, one.text) for one in piotr.get(page).context["thread"]]
    assert said == [
        ("ola", "For spring."), ("piotr", "Why so long?"), ("ola", "It worked last year."), ("piotr", "Too long."),
    ]  # fmt: skip
    assert say not in reader.get(page).text


def test_one_letter_for_each_event_and_person(journey: Journey) -> None:
    Workspace.objects.update(languages=["xx", "en"])
    ola, piotr = user("ola", "change_journey"), user("piotr", *APPROVES)
    user("drew", *APPROVES)
    note_edit(journey.key, User.objects.get(username="drew"), NOW)
    silent = user("silent", *APPROVES)
    User.objects.filter(pk=silent.pk).update(email="")
    asked = ask(journey, ola)
    comment(asked, "Anna Kowalska wants this", piotr, NOW)
    comment(asked, "And why?", ola, NOW)
    decline(fresh(), "Anna Kowalska does not", piotr, NOW)
    assert told() == [("asked", "piotr"), ("commented", "ola"), ("commented", "piotr"), ("declined", "ola")]
    assert notify(lambda: NOW) == 3  # nobody is asked to decide what is decided
    assert notify(lambda: NOW) == 0
    said = "[My shop] Something was said of the request to publish “Welcome”"
    assert subjects() == [
        (["ola@shop.example"], said),
        (["piotr@shop.example"], said),
        (["ola@shop.example"], "[My shop] “Welcome” was not approved"),
    ]
    assert len({one.extra_headers["Message-ID"] for one in mail.outbox}) == 3
    for one in mail.outbox:
        assert f"/admin/journeys/publishrequest/{asked.pk}/change/" in str(one.body)
        assert "Kowalska" not in f"{one.subject} {one.body}"


def test_a_letter_that_did_not_leave_is_tried_again_with_the_same_id(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    user("piotr", *APPROVES)
    ask(journey, user("ola", "change_journey"))
    ids: list[str] = []

    def broken(self: Any, fail_silently: bool = False) -> int:
        ids.append(self.extra_headers["Message-ID"])
        raise OSError("no route")

    monkeypatch.setattr(notify_module.EmailMessage, "send", broken)
    assert notify(lambda: NOW) == 0
    one = PublishNotice.objects.get()
    assert (one.tries, one.failure, one.told_at) == (1, "mail OSError: no route", None)
    assert one.due_at == NOW + timedelta(minutes=1)
    monkeypatch.undo()
    assert notify(lambda: NOW + timedelta(seconds=59)) == 0
    assert notify(lambda: NOW + timedelta(minutes=1)) == 1
    assert mail.outbox[0].extra_headers["Message-ID"] == ids[0]
    one.refresh_from_db()
    assert (one.due_at, one.failure, one.told_at) == (None, "", NOW + timedelta(minutes=1))


def test_whoever_dies_with_a_letter_in_hand_leaves_it_to_the_next(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    user("piotr", *APPROVES)
    ask(journey, user("ola", "change_journey"))
    monkeypatch.setattr(notify_module, "_send", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        notify(lambda: NOW)
    monkeypatch.undo()
    assert notify(lambda: NOW + timedelta(seconds=119)) == 0
    assert notify(lambda: NOW + timedelta(minutes=2)) == 1


def test_who_may_not_decide_any_more_is_not_asked_to(journey: Journey) -> None:
    piotr = user("piotr", *APPROVES)
    ask(journey, user("ola", "change_journey"))
    piotr.user_permissions.clear()
    assert (notify(lambda: NOW), mail.outbox) == (0, [])
    one = PublishNotice.objects.get()
    assert (one.due_at, one.told_at, one.failure) == (None, None, "")
