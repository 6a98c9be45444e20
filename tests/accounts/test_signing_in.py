"""Password, code, setting one up: who gets in, when, and what is asked on the way."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils import timezone

from orchestrator.accounts import factors, remembered
from orchestrator.accounts.models import Attempts, Factor, RecoveryCode
from orchestrator.workspace import roles
from orchestrator.workspace.models import Workspace
from tests.accounts.conftest import PASSWORD, code, demand, give_factor, inside, sign_in

WRONG = "This code is not right, or was used already."


def write(client: Client, written: str, **also: str) -> Any:
    return client.post("/admin/login/code/", {"code": written, **also})


def test_without_a_factor_the_password_lets_in(ola: User) -> None:
    client = Client()
    assert sign_in(client)["Location"] == "/admin/"
    assert inside(client)


def test_with_a_factor_the_password_leads_to_the_code_and_lets_nobody_in(ola: User) -> None:
    give_factor(ola)
    client = Client()
    assert sign_in(client)["Location"] == "/admin/login/code/"
    assert not inside(client)
    assert client.get("/api/v1/customers/x/next/").status_code == 401
    assert "ola" in client.get("/admin/login/code/").text
    assert WRONG in write(client, "000000").text
    assert not inside(client)
    assert write(client, code())["Location"] == "/admin/"
    assert inside(client)


def test_nobody_is_asked_for_a_code_before_the_password(ola: User) -> None:
    give_factor(ola)
    client = Client()
    for page in ("/admin/login/code/", "/admin/login/set-up/"):
        assert client.get(page)["Location"] == "/admin/login/"
        assert client.post(page, {"code": code()})["Location"] == "/admin/login/"
    assert Factor.objects.get().last_step == -1


def test_a_code_that_was_used_is_refused_at_once_and_in_its_window(ola: User) -> None:
    give_factor(ola)
    with time_machine.travel(timezone.now().replace(second=0), tick=False) as clock:
        used = code()
        first, second = Client(), Client()
        sign_in(first)
        assert write(first, used).status_code == 302
        sign_in(second)
        assert WRONG in write(second, used).text
        clock.shift(timedelta(seconds=29))
        assert WRONG in write(second, used).text
        assert not inside(second)


def test_the_sixth_wrong_code_is_refused_unchecked(ola: User) -> None:
    give_factor(ola)
    client = Client()
    sign_in(client)
    said = [write(client, "000000").text for _ in range(5)]
    assert [WRONG in one for one in said] == [True] * 5
    assert "Too many attempts. Try again in 1 minute." in write(client, code()).text
    assert not inside(client)
    # Signing in by the password once more gives no further attempts.
    sign_in(client)
    assert "Too many attempts. Try again in 1 minute." in write(client, code()).text


def test_a_recovery_code_lets_in_once_and_says_how_many_are_left(ola: User) -> None:
    codes = give_factor(ola)
    client = Client()
    sign_in(client)
    assert write(client, codes[3])["Location"] == "/admin/"
    assert "A recovery code was used; 9 are left." in client.get("/admin/").text
    other = Client()
    sign_in(other)
    assert WRONG in write(other, codes[3]).text


def test_the_time_between_is_twenty_minutes_and_ends_with_the_password(ola: User) -> None:
    give_factor(ola)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client, other = Client(), Client()
        sign_in(client)
        sign_in(other)
        clock.shift(timedelta(minutes=20, seconds=1))
        assert write(client, code())["Location"] == "/admin/login/"
        clock.shift(timedelta(minutes=-10))
        ola.set_password("another long one")
        ola.save()
        assert write(other, code())["Location"] == "/admin/login/"
    assert not inside(client)
    assert not inside(other)


def test_somebody_deactivated_meanwhile_gets_no_further(ola: User) -> None:
    give_factor(ola)
    client = Client()
    sign_in(client)
    User.objects.update(is_active=False)
    assert write(client, code())["Location"] == "/admin/login/"


def test_a_remembered_device_is_not_asked_for_thirty_days(ola: User) -> None:
    give_factor(ola)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = Client()
        sign_in(client)
        write(client, code(), remember="on")
        cookie = client.cookies[remembered.COOKIE]
        assert (cookie["httponly"], cookie["path"], cookie["max-age"]) == (True, "/admin/", 30 * 86_400)
        del client.cookies["sessionid"]
        assert sign_in(client)["Location"] == "/admin/"
        clock.shift(timedelta(days=30, seconds=1))
        del client.cookies["sessionid"]
        assert sign_in(client)["Location"] == "/admin/login/code/"


@pytest.mark.parametrize("what", ["forgotten", "another password", "another factor", "another user"])
def test_a_remembered_device_is_forgotten_with_what_it_was_bound_to(ola: User, what: str) -> None:
    give_factor(ola)
    client, name, password = Client(), "ola", PASSWORD
    sign_in(client)
    write(client, code(), remember="on")
    del client.cookies["sessionid"]
    if what == "forgotten":
        factors.forget_devices(ola)
    elif what == "another password":
        password = "another long one"
        ola.set_password(password)
        ola.save()
    elif what == "another factor":
        factors.take_away(ola, ola)
        give_factor(ola)
    else:
        name = "jan"
        give_factor(User.objects.create_user(name, password=password, is_staff=True))
    assert sign_in(client, name, password)["Location"] == "/admin/login/code/"


@pytest.mark.parametrize(
    ("whom", "role", "must"),
    [
        ("nobody", "admin", False),
        ("powers", "admin", True),
        ("powers", "approver", True),
        ("powers", "marketer", True),
        ("powers", "privacy_officer", True),
        ("powers", "analyst", False),
        ("powers", "developer", False),
        ("everybody", "analyst", True),
    ],
)
def test_who_must_have_one_and_has_none_is_led_to_it_and_can_do_nothing_else(
    db: None, whom: str, role: str, must: bool
) -> None:
    roles.set_up()
    user = User.objects.create_user("ewa", password=PASSWORD, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    demand(whom)
    client = Client()
    assert sign_in(client, "ewa")["Location"] == ("/admin/login/set-up/" if must else "/admin/")
    assert inside(client) is not must
    for page in ("/admin/account/", "/admin/password_change/", "/admin/journeys/journey/"):
        assert (client.get(page).status_code == 302) is must or client.get(page).status_code == 403


def test_setting_one_up_on_the_way_in(ola: User) -> None:
    demand("everybody")
    client = Client()
    sign_in(client)
    page = client.get("/admin/login/set-up/")
    assert "no-store" in page["Cache-Control"]
    secret = _secret(page.text)
    assert _secret(client.get("/admin/login/set-up/").text) == secret  # the same when the page is read again
    assert page.text.count("<svg") == 1
    assert " style=" not in page.text[page.text.index("<svg") : page.text.index("</svg>")]
    assert WRONG in client.post("/admin/login/set-up/", {"code": "000000"}).text
    assert Factor.objects.count() == 0
    done = client.post("/admin/login/set-up/", {"code": code(secret=secret)})
    codes = re.findall(r"<li><code>(\w{5}-\w{5})</code></li>", done.text)
    assert len(codes) == 10
    assert "no-store" in done["Cache-Control"]
    assert inside(client)
    assert (Factor.objects.get().user_id, RecoveryCode.objects.count()) == (ola.pk, 10)
    # Neither the codes nor the secret are shown again.
    assert client.get("/admin/login/set-up/")["Location"] == "/admin/account/"
    assert codes[0] not in client.get("/admin/account/").text


def _secret(text: str) -> bytes:
    from base64 import b32decode

    found = re.search(r'st-secret">([A-Z2-7 ]+)<', text)
    assert found, "the page shows no secret"
    return b32decode(found[1].replace(" ", ""))


def test_a_session_from_before_the_setting_is_nobodys_until_it_shows_one(ola: User) -> None:
    client = Client()
    sign_in(client)
    assert inside(client)
    demand("everybody")
    assert client.get("/admin/")["Location"] == "/admin/login/set-up/?next=%2Fadmin%2F"
    assert client.post("/admin/workspace/workspace/1/change/", {"second_factor": "nobody"}).status_code == 302
    assert Workspace.get().second_factor == "everybody"
    assert client.get("/api/v1/customers/x/next/").status_code == 401
    give_factor(ola)
    assert client.get("/admin/")["Location"] == "/admin/login/code/?next=%2Fadmin%2F"
    assert (
        client.post("/admin/login/code/?next=/admin/account/", {"code": code()})["Location"]
        == "/admin/account/"
    )
    assert inside(client)
    assert client.get("/api/v1/customers/x/next/").status_code == 404


def test_a_factor_taken_away_ends_what_sessions_have_shown(ola: User) -> None:
    give_factor(ola)
    demand("everybody")
    client = Client()
    sign_in(client)
    write(client, code())
    assert inside(client)
    factors.take_away(ola, ola)
    assert client.get("/admin/")["Location"] == "/admin/login/set-up/?next=%2Fadmin%2F"


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example", "///evil.example"],
)
def test_nobody_is_led_to_another_site(ola: User, wanted: str) -> None:
    give_factor(ola)
    client = Client()
    client.post(f"/admin/login/?next={wanted}", {"username": "ola", "password": PASSWORD, "next": wanted})
    assert write(client, code())["Location"] == "/admin/"
    other = Client()
    factors.take_away(ola, ola)
    form = {"username": "ola", "password": PASSWORD, "next": wanted}
    assert other.post("/admin/login/", form)["Location"] == "/admin/"


def test_a_page_of_this_site_is_gone_to(ola: User) -> None:
    give_factor(ola)
    client = Client()
    client.post(
        "/admin/login/", {"username": "ola", "password": PASSWORD, "next": "/admin/journeys/journey/"}
    )
    assert write(client, code())["Location"] == "/admin/journeys/journey/"


def test_an_account_that_is_not_staff_stays_outside_with_the_same_words(db: None) -> None:
    User.objects.create_user("shop", password=PASSWORD)
    client = Client()
    assert "Please enter the correct username and password" in sign_in(client, "shop").text
    assert "_auth_user_id" not in client.session
    assert "arriving" not in client.session


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short-2-of", "at least 12 characters"),
        ("123456789012", "entirely numeric"),
        ("password1234", "too common"),
        ("ola-ola-2026", "too similar"),
    ],
)
def test_passwords_are_long_and_not_easily_guessed(ola: User, password: str, said: str) -> None:
    User.objects.filter(pk=ola.pk).update(username="ola-ola-2026", first_name="Ola")
    client = Client()
    client.force_login(User.objects.get())
    form = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    assert said in client.post("/admin/password_change/", form).text
    assert User.objects.get().check_password(PASSWORD)


def test_counts_are_cleared_by_what_was_right(ola: User) -> None:
    give_factor(ola)
    client = Client()
    sign_in(client, password="wrong")
    sign_in(client)
    write(client, "000000")
    write(client, code())
    assert list(Attempts.objects.values_list("kind", "count")) == [("address", 1)]
