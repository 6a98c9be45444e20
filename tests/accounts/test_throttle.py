"""Too many attempts: counted, refused unchecked, the same whether the name exists or not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client, RequestFactory
from django.utils import timezone

from orchestrator.accounts import sources
from orchestrator.accounts.models import Attempts
from tests.accounts.conftest import PASSWORD, inside, sign_in

WRONG = "Please enter the correct username and password for a staff account."
ONE_MINUTE = "Too many attempts. Try again in 1 minute."


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names whose passwords were looked at."""
    looked: list[str] = []
    real = ModelBackend.authenticate

    def look(self: Any, request: Any, username: Any = None, password: Any = None, **also: Any) -> Any:
        looked.append(username)
        return real(self, request, username=username, password=password, **also)

    monkeypatch.setattr(ModelBackend, "authenticate", look)
    return looked


def counts() -> list[tuple[str, int]]:
    return list(Attempts.objects.order_by("kind").values_list("kind", "count"))


@pytest.mark.parametrize("name", ["ola", "nobody-of-this-name", "ola\u200b", "p" * 150])
def test_the_sixth_attempt_is_refused_unchecked_whether_the_name_exists_or_not(
    ola: User, checked: list[str], name: str
) -> None:
    client = Client()
    said = [sign_in(client, name, "wrong").text for _ in range(6)]
    assert [WRONG in one for one in said] == [True] * 5 + [False]
    assert [ONE_MINUTE in one for one in said] == [False] * 5 + [True]
    assert checked == [name] * 5
    assert counts() == [("account", 5), ("address", 5)]


def test_the_right_password_is_refused_too_while_it_waits_and_taken_after(
    ola: User, checked: list[str]
) -> None:
    now = timezone.now()
    with time_machine.travel(now, tick=False) as clock:
        client = Client()
        for _ in range(5):
            sign_in(client, password="wrong")
        assert ONE_MINUTE in sign_in(client).text
        clock.shift(timedelta(seconds=59.9))
        assert ONE_MINUTE in sign_in(client).text
        assert checked == ["ola"] * 5
        clock.shift(timedelta(seconds=0.1))
        assert sign_in(client)["Location"] == "/admin/"
    assert counts() == [("address", 5)]  # the account's is gone, the address got one back
    assert inside(client)


def test_a_wrong_one_after_the_wait_waits_twice_as_long(ola: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(5):
            sign_in(Client(), password="wrong")
        clock.shift(timedelta(minutes=1))
        assert WRONG in sign_in(Client(), password="wrong").text
        assert "Too many attempts. Try again in 2 minutes." in sign_in(Client()).text


@pytest.mark.parametrize("spelling", ["OLA", " ola ", "ｏｌａ"])
def test_spellings_of_a_name_are_counted_as_one(ola: User, spelling: str) -> None:
    for _ in range(5):
        sign_in(Client(), "ola", "wrong")
    assert ONE_MINUTE in sign_in(Client(), spelling, "wrong").text


def test_an_address_that_tries_many_names_is_refused_for_all_of_them(ola: User, checked: list[str]) -> None:
    client = Client()
    for number in range(50):
        assert WRONG in sign_in(client, f"name-{number}", "wrong").text
    assert "Too many attempts. Try again in 15 minutes." in sign_in(client).text
    assert len(checked) == 50
    assert Attempts.objects.count() == 51  # a refused attempt makes no row: no table grows by being refused
    assert sign_in(Client(REMOTE_ADDR="192.0.2.9"))["Location"] == "/admin/"


def test_whoever_signed_in_before_is_not_locked_out_by_others(ola: User, checked: list[str]) -> None:
    mine = Client()
    sign_in(mine)
    mine.post("/admin/logout/")
    for number in range(60):
        sign_in(Client(REMOTE_ADDR=f"198.51.100.{number}"), "ola", "wrong")
    assert checked == ["ola"] * 6
    assert "Too many attempts" in sign_in(Client()).text
    assert sign_in(mine)["Location"] == "/admin/"
    # The known device has cleared its own count, not that of those who attack.
    assert "Too many attempts" in sign_in(Client()).text


def test_a_known_device_is_counted_too(ola: User, checked: list[str]) -> None:
    mine = Client()
    sign_in(mine)
    said = [sign_in(mine, password="wrong").text for _ in range(6)]
    assert [ONE_MINUTE in one for one in said] == [False] * 5 + [True]
    assert checked == ["ola"] * 6
    assert ("device", 5) in counts()


def test_the_cookie_of_a_device_is_of_one_name(ola: User) -> None:
    User.objects.create_user("jan", password=PASSWORD, is_staff=True)
    mine = Client()
    sign_in(mine, "jan")
    for _ in range(5):
        sign_in(Client(), "ola", "wrong")
    assert ONE_MINUTE in sign_in(mine, "ola").text


def test_a_forged_cookie_is_none(ola: User) -> None:
    mine = Client()
    sign_in(mine)
    cookie = mine.cookies[sources.COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
        True, "Lax", "/admin/", 180 * 86_400,
    )  # fmt: skip
    mine.cookies[sources.COOKIE] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
    mine.post("/admin/logout/")
    for _ in range(5):
        sign_in(Client(), "ola", "wrong")
    assert ONE_MINUTE in sign_in(mine).text


def test_nothing_that_was_typed_stands_in_the_database(ola: User) -> None:
    sign_in(Client(REMOTE_ADDR="192.0.2.9"), "my-password-by-mistake", "wrong")
    rows = str(list(Attempts.objects.values()))
    assert Attempts.objects.count() == 2
    assert "my-password" not in rows
    assert "192.0.2.9" not in rows


def test_old_rows_go_by_themselves(ola: User) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(3):
            sign_in(Client(), f"name-{number}", "wrong")
        assert Attempts.objects.count() == 4
        clock.shift(timedelta(hours=24, seconds=1))
        sign_in(Client(REMOTE_ADDR="192.0.2.9"), "ola", "wrong")
    assert counts() == [("account", 1), ("address", 1)]


@pytest.mark.parametrize(
    ("proxies", "remote", "forwarded", "address"),
    [
        (0, "192.0.2.1", "203.0.113.7", "192.0.2.1"),
        (1, "10.0.0.1", "203.0.113.7", "203.0.113.7"),
        (1, "10.0.0.1", "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "10.0.0.1", "6.6.6.6, 203.0.113.7, 10.0.0.2", "203.0.113.7"),
        (2, "10.0.0.1", "203.0.113.7", "10.0.0.1"),
        (1, "10.0.0.1", "", "10.0.0.1"),
        (1, "10.0.0.1", "<script>", "<script>"),
        (0, "2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        (0, "::ffff:192.0.2.1", "", "192.0.2.1"),
        (0, "", "", "none"),
    ],
)
def test_the_address_is_what_our_own_proxies_have_seen(
    settings: Any, proxies: int, remote: str, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=forwarded)
    assert sources.address_of(request) == address


def test_nobody_is_written_to_and_nothing_else_is_kept(ola: User) -> None:
    before = User.objects.values_list().get()
    for _ in range(7):
        sign_in(Client(), password="wrong")
    assert User.objects.values_list().get() == before
    assert mail.outbox == []


def test_the_session_is_a_new_one_once_somebody_is_signed_in(ola: User) -> None:
    client = Client()
    session = client.session
    session["planted"] = "by whoever knew this session's id"
    session.save()
    old = client.cookies["sessionid"].value
    sign_in(client)
    assert client.cookies["sessionid"].value != old
    assert Client(headers={"cookie": f"sessionid={old}"}).get("/admin/account/").status_code == 302
