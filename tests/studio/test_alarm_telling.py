"""Alarms open and close in the database, and leave the house: once each, to whom wants to know, or with words why not."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from standardwebhooks import Webhook

from orchestrator.domain.alarms import Kind
from orchestrator.domain.liveness import AtWork
from orchestrator.journeys.alarms import tell as telling
from orchestrator.journeys.alarms.facts import read
from orchestrator.journeys.alarms.tell import LEASE, NotTold, tell
from orchestrator.journeys.alarms.watch import EVERY, watch
from orchestrator.journeys.alarms.words import say
from orchestrator.messaging.models import Budget, ComplaintBreaker, MailboxMessage, ProviderBreaker, Spending
from orchestrator.studio.alarmed import alarms, untold
from orchestrator.webhooks.models import WebhookEndpoint
from orchestrator.workspace.models import Alarm, AlarmChannel, AlarmNotice, Workspace
from tests.messaging.threads import Beside
from tests.studio.sample import fill

NOW = datetime.now(UTC).replace(microsecond=0)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NOBODY = AtWork(0, None)


def at(**after: float) -> Any:
    return lambda: NOW + timedelta(**after)


def channel(**fields: Any) -> AlarmChannel:
    return AlarmChannel.objects.create(**{"name": "Operations", "to": "ops@example.com", **fields})


def break_down(provider: str = "acme") -> None:
    ProviderBreaker.objects.create(
        provider=provider, failures=6, opened_at=NOW, open_until=NOW, fault="connection refused"
    )


def notices() -> list[tuple[str, str, int, str]]:
    rows = AlarmNotice.objects.order_by("id")
    return [(one.channel.name, one.what, one.tries, one.failure) for one in rows]


@pytest.fixture
def shop(db: None) -> None:
    Workspace.get()


class Receiver(HTTPServer):
    """Keeps what it is called with, and answers `status`."""

    def __init__(self) -> None:
        self.status = 204
        self.calls: list[tuple[dict[str, str], bytes]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/alarms"


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.calls.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    allowed = [f"127.0.0.1:{server.server_port}"]
    with override_settings(OUTBOUND_ALLOWLIST=allowed, WEBHOOK_SECRETS=[SECRET]):
        yield server
    server.shutdown()
    server.server_close()


def test_an_alarm_opens_once_closes_after_calm_and_opens_anew(shop: None) -> None:
    break_down()
    found = watch(NOW)
    assert found is not None
    assert [one.key for one in found.opens] == [(Kind.PROVIDER, "acme")]
    assert watch(NOW + timedelta(seconds=1)) is None  # somebody looked just now
    steps = [
        (timedelta(seconds=30), True, []),
        (timedelta(minutes=1), False, []),
        (timedelta(minutes=5), False, []),
        (timedelta(minutes=5, seconds=30), True, []),  # it fails again before five calm minutes are over
        (timedelta(minutes=7), False, []),
        (timedelta(minutes=12), False, [(Kind.PROVIDER, "acme")]),
    ]
    for after, down, closes in steps:
        ProviderBreaker.objects.update(opened_at=NOW if down else None, open_until=NOW if down else None)
        found = watch(NOW + after)
        assert found is not None
        assert (found.opens, found.closes) == ([], closes), after
    (alarm,) = Alarm.objects.all()
    assert (alarm.severity, alarm.opened_at, alarm.closed_at) == ("grave", NOW, NOW + timedelta(minutes=12))
    ProviderBreaker.objects.update(opened_at=NOW, open_until=NOW)
    assert watch(NOW + timedelta(minutes=13)) is not None
    assert list(Alarm.objects.order_by("id").values_list("closed_at", flat=True)) == [alarm.closed_at, None]


def test_whoever_is_told_that_it_began_is_told_that_it_is_over(shop: None, mailoutbox: list[Any]) -> None:
    for name, fields in {
        "All": {},
        "Grave": {"least": "grave"},
        "Off": {"enabled": False},
    }.items():
        channel(name=name, **fields)
    break_down()
    budget = Budget.objects.create(name="Texts", amount="100", period="")
    Spending.objects.create(budget=budget, begins_on="2000-01-01", spent="95")
    watch(NOW)
    channel(name="Late")
    assert tell(at()) == 3
    assert tell(at()) == 0
    ProviderBreaker.objects.all().delete()
    Spending.objects.update(spent="10")
    watch(NOW + timedelta(minutes=1))
    watch(NOW + timedelta(minutes=7))
    assert tell(at(minutes=7)) == 3
    assert sorted(notices()) == sorted(
        [("All", "opened", 1, "")] * 2
        + [("All", "closed", 1, "")] * 2
        + [("Grave", "opened", 1, ""), ("Grave", "closed", 1, "")]
    )
    titles = sorted(one.subject for one in mailoutbox)
    assert titles == [
        "[My shop] Alarm: a budget is spent",
        "[My shop] Alarm: a provider is down",
        "[My shop] Alarm: a provider is down",
        "[My shop] Over: a budget is spent",
        "[My shop] Over: a provider is down",
        "[My shop] Over: a provider is down",
    ]


def test_an_email_says_what_is_wrong_where_it_is_mended_and_why_it_comes(
    shop: None, mailoutbox: list[Any]
) -> None:
    told = channel(to="ops@example.com, night@example.com, ops@example.com", language="pl")
    budget = Budget.objects.create(name="Texts", amount="100", period="")
    Spending.objects.create(budget=budget, begins_on="2000-01-01", spent="99.5")
    watch(NOW)
    assert tell(at()) == 1
    (letter,) = mailoutbox
    assert letter.to == ["ops@example.com", "night@example.com"]
    assert "99,50" in letter.body  # as Polish writes it
    assert f"http://127.0.0.1:8000/admin/messaging/budget/{budget.pk}/change/" in letter.body
    assert f"http://127.0.0.1:8000/admin/workspace/alarmchannel/{told.pk}/change/" in letter.body
    notice = AlarmNotice.objects.get()
    assert letter.extra_headers["Message-ID"] == f"<alarm_{notice.pk}@127.0.0.1>"
    assert (notice.told_at, notice.due_at) == (NOW, None)


def test_a_webhook_is_signed_and_says_the_same(shop: None, receiver: Receiver) -> None:
    channel(means="webhook", to=receiver.url)
    break_down()
    watch(NOW)
    assert tell(lambda: datetime.now(UTC)) == 1
    ((headers, body),) = receiver.calls
    said = Webhook(SECRET).verify(body, headers)
    alarm = Alarm.objects.get()
    assert headers["webhook-id"] == f"alarm_{AlarmNotice.objects.get().pk}"
    assert said["type"] == "alarm.opened"
    assert said["data"]["text"].startswith("The provider acme is down since ")
    assert {
        key: said["data"][key] for key in ("alarm", "kind", "subject", "severity", "closed_at", "url")
    } == {
        "alarm": alarm.pk,
        "kind": "provider_down",
        "subject": "acme",
        "severity": "grave",
        "closed_at": None,
        "url": "http://127.0.0.1:8000/admin/messaging/providerbreaker/",
    }


def test_what_cannot_be_told_is_tried_again_later_and_the_first_page_says_so(
    shop: None, receiver: Receiver
) -> None:
    channel(means="webhook", to=receiver.url)
    break_down()
    break_down("other")
    receiver.status = 500
    watch(NOW)
    assert tell(at()) == 0
    assert len(receiver.calls) == 1  # what else it was to be told waits with the first
    (said,) = untold(NOW, NOBODY)
    assert said.startswith(
        "“Operations” could not be told of 1 alarm: the receiver answered 500. It is tried again at"
    )
    assert tell(at(seconds=59)) == 0
    assert len(receiver.calls) == 1
    assert tell(at(minutes=1)) == 0
    assert tell(at(minutes=2, seconds=59)) == 0
    assert len(receiver.calls) == 2
    receiver.status = 200
    assert tell(at(minutes=3)) == 2
    assert list(untold(NOW, NOBODY)) == []
    assert len({headers["webhook-id"] for headers, _ in receiver.calls}) == 2
    assert [tries for _, _, tries, _ in notices()] in ([3, 1], [2, 2])


def test_it_is_given_up_after_three_days(shop: None, receiver: Receiver) -> None:
    channel(means="webhook", to=receiver.url)
    break_down()
    receiver.status = 503
    watch(NOW)
    AlarmNotice.objects.update(due_at=NOW + timedelta(days=3))
    assert tell(at(days=3)) == 0
    (notice,) = AlarmNotice.objects.all()
    assert (notice.due_at, notice.told_at, notice.failure) == (None, None, "status 503")
    assert list(untold(NOW, NOBODY)) == []


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/x",
        "http://example.com/",
        "https://10.0.0.8/",
        "https://hooks.internal/x",
    ],
)
@override_settings(WEBHOOK_SECRETS=[SECRET], OUTBOUND_ALLOWLIST=[])
def test_no_webhook_goes_to_an_address_inside(marketer: Client, url: str) -> None:
    Workspace.get()
    answer = marketer.post(
        reverse("admin:workspace_alarmchannel_add"),
        {"name": "In", "means": "webhook", "to": url, "least": "warning", "language": "en", "enabled": "on"},
    )
    assert list(answer.context["adminform"].form.errors) == ["to"]
    assert not AlarmChannel.objects.exists()
    channel(means="webhook", to=url)  # whoever wrote it past the form
    break_down()
    watch(NOW)
    assert tell(at()) == 0
    assert AlarmNotice.objects.get().failure.startswith("refused ")


@override_settings(WEBHOOK_SECRETS=[])
def test_a_webhook_that_cannot_be_signed_does_not_leave(shop: None) -> None:
    channel(means="webhook", to="https://hooks.example.com/x")
    break_down()
    watch(NOW)
    assert tell(at()) == 0
    (said,) = untold(NOW, NOBODY)
    assert "WEBHOOK_SECRETS is empty or cannot be read: nothing can be signed." in said


def test_whoever_dies_between_claim_and_sending_leaves_it_to_be_told_again(
    shop: None, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any]
) -> None:
    channel()
    break_down()
    watch(NOW)
    with monkeypatch.context() as killed, suppress(KeyboardInterrupt):
        killed.setattr(telling, "send", _die)
        tell(at())
    assert mailoutbox == []
    assert tell(lambda: NOW + LEASE - timedelta(seconds=1)) == 0
    assert tell(lambda: NOW + LEASE) == 1
    assert tell(lambda: NOW + 2 * LEASE) == 0
    assert len(mailoutbox) == 1
    assert notices() == [("Operations", "opened", 2, "")]


def _die(*_: Any) -> None:
    raise KeyboardInterrupt


def test_that_it_is_over_is_not_told_before_that_it_began(
    shop: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    channel()
    break_down()
    watch(NOW)
    with monkeypatch.context() as broken:
        broken.setattr(telling, "send", _fail)
        tell(at())
        AlarmNotice.objects.update(due_at=NOW + timedelta(minutes=30))
        ProviderBreaker.objects.all().delete()
        watch(NOW + timedelta(minutes=1))
        watch(NOW + timedelta(minutes=7))
    assert tell(at(minutes=8)) == 0
    assert tell(at(minutes=30)) == 1
    assert tell(at(minutes=30)) == 1
    assert [(one.subject.split(":")[0]) for one in mail.outbox] == ["[My shop] Alarm", "[My shop] Over"]


def _fail(*_: Any) -> None:
    raise NotTold("no_answer")


@pytest.mark.django_db(transaction=True)
def test_two_that_look_at_once_open_one_alarm_and_tell_it_once(mailoutbox: list[Any]) -> None:
    Workspace.get()
    channel()
    for number in range(12):
        break_down(f"acme{number}")
    meet = threading.Barrier(2)

    def look() -> None:
        meet.wait(30)
        watch(NOW)
        Workspace.objects.update(alarms_at=NOW)  # as if the next look were due at once
        watch(NOW)

    def say_it() -> None:
        meet.wait(30)
        tell(at())

    for act in (look, say_it):
        both = [Beside(act), Beside(act)]
        for one in both:
            one.done()
    assert Alarm.objects.count() == 12
    assert len(mailoutbox) == 12
    assert notices() == [("Operations", "opened", 1, "")] * 12


def test_the_button_tells_at_once_and_says_what_came_of_it(
    marketer: Client, receiver: Receiver, mailoutbox: list[Any]
) -> None:
    by_mail, by_hook = channel(), channel(name="Pager", means="webhook", to=receiver.url)
    receiver.status = 404
    said = []
    for one in (by_mail, by_hook):
        url = reverse("admin:workspace_alarmchannel_test", args=[one.pk])
        assert marketer.get(url).status_code == 405
        said += [str(m) for m in marketer.post(url, follow=True).context["messages"]]
    assert said == [
        "A test alarm is sent to “Operations”.",
        "The test did not reach “Pager”: the receiver answered 404.",
    ]
    assert [one.subject for one in mailoutbox] == ["[My shop] A test alarm"]
    assert Webhook(SECRET).verify(receiver.calls[0][1], receiver.calls[0][0])["type"] == "alarm.test"
    assert not AlarmNotice.objects.exists()


def test_without_a_mail_server_it_is_kept_in_the_mailbox_and_the_page_says_so(
    marketer: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "orchestrator.messaging.kept_mail.KeptMail"
    one = channel(to="ops@example.com,night@example.com")
    page = reverse("admin:workspace_alarmchannel_change", args=[one.pk])
    assert "No mail server is set (EMAIL_URL), so nobody gets these emails" in marketer.get(page).text
    marketer.post(reverse("admin:workspace_alarmchannel_test", args=[one.pk]))
    kept = MailboxMessage.objects.order_by("id")
    assert [(row.recipient, row.subject) for row in kept] == [
        ("ops@example.com", "[My shop] A test alarm"),
        ("night@example.com", "[My shop] A test alarm"),
    ]
    assert (
        marketer.get(reverse("admin:messaging_mailboxmessage_change", args=[kept[0].pk])).status_code == 200
    )


def test_whoever_is_switched_off_is_not_told_of_what_waited(marketer: Client) -> None:
    Workspace.get()
    one = channel()
    break_down()
    watch(NOW)
    written = {
        "name": "Operations",
        "means": "email",
        "to": "ops@example.com",
        "least": "warning",
        "language": "en",
    }
    url = reverse("admin:workspace_alarmchannel_change", args=[one.pk])
    assert marketer.post(url, written).status_code == 302
    assert AlarmNotice.objects.get().due_at is None
    assert marketer.post(url, written | {"enabled": "on"}).status_code == 302
    assert tell(at()) == 0


def test_the_first_page_shows_each_alarm_once_the_gravest_first(shop: None) -> None:
    break_down()
    budget = Budget.objects.create(name="Texts", amount="100", period="")
    Spending.objects.create(budget=budget, begins_on="2000-01-01", spent="95")
    unseen = [one.icon for one in alarms(NOW, NOBODY)]
    watch(NOW)
    shown = alarms(NOW, NOBODY)
    assert unseen == ["electrical_services"]  # a look of the page's own sees what is cheap to see
    assert [(one.icon, one.grave, bool(one.since)) for one in shown] == [
        ("electrical_services", True, False),  # its sentence says since when
        ("savings", False, True),
    ]


def test_a_page_that_nobody_looks_for_says_so(shop: None) -> None:
    watch(NOW)
    late = NOW + EVERY + timedelta(minutes=5, seconds=1)
    assert list(untold(late, NOBODY)) == []
    (said,) = untold(late, AtWork(0, NOW))
    assert said.startswith("Nobody has looked for alarms since ")


def test_every_alarm_leads_to_a_page_that_is_there(marketer: Client) -> None:
    sample = fill(5)
    journey = {
        "id": sample.journey.pk,
        "journey": "onboarding",
        "title": "Welcome",
        "titles": {"pl": "Witaj"},
    }
    launch = sample.journey.launches.get().pk
    budget = Budget.objects.get().pk
    when = NOW.isoformat()
    told: dict[Kind, tuple[str, dict[str, Any]]] = {
        Kind.HALTED: ("1", {"why": "stopped", "since": when}),
        Kind.WORKERS: ("", {"last": when, "due_since": when}),
        Kind.PROVIDER: ("acme", {"since": when, "until": when, "fault": ""}),
        Kind.DELIVERY: ("email", {"newest": 500, "accepted": 400, "share": 0.8, "was": 0.95}),
        Kind.STOPPED: (
            "1 email",
            {
                "brand": "My shop",
                "channel": "email",
                "complained": 4,
                "accepted": 1000,
                "breaker": ComplaintBreaker.objects.get().pk,
            },
        ),
        Kind.MANY_COMPLAINTS: ("email", {"complained": 4, "accepted": 1000}),
        Kind.COMPLAINTS: ("email", {"complained": 3, "accepted": 2000}),
        Kind.CAMPAIGN: ("1", {**journey, "on": "2026-05-04", "launch": launch, "due_at": when}),
        Kind.STEP: ("onboarding hello", {**journey, "step": "hello", "detail": "line 3", "fault": 1}),
        Kind.JOURNEY: ("onboarding", {**journey, "days": 4}),
        Kind.BUDGET: (str(budget), {"name": "Texts", "spent": "95", "amount": "100", "currency": "PLN"}),
        Kind.REQUEST_LATE: ("", {"count": 1, "due": "2026-05-04"}),
        Kind.REQUEST_DUE: ("", {"count": 3, "due": "2026-05-08"}),
        Kind.WEBHOOK: (
            str(WebhookEndpoint.objects.earliest("pk").pk),
            {"name": "CRM", "why": "failing", "since": when},
        ),
        Kind.AUDIT: ("", {"at": when, "wrong": {"what": "missing", "number": 5, "to": 6}}),
    }
    assert told.keys() == set(Kind)
    for kind, (subject, evidence) in told.items():
        said = say(kind, subject, evidence)
        assert said.text
        assert said.button
        assert marketer.get(said.url).status_code == 200, kind
    delivery = say(Kind.DELIVERY, *told[Kind.DELIVERY]).text
    assert delivery == "Email: of the newest 500 messages providers accepted only 80.0%; before it was 95.0%."


def test_a_look_asks_as_often_whatever_there_is(shop: None) -> None:
    fill(5)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            read(NOW, {})
        counts.append(len(asked))
        for number in range(30):
            break_down(f"acme{number} {len(counts)}")
            Budget.objects.create(name=f"Texts {number}", amount="100", period="month")
    assert counts[0] == counts[1] <= 18
