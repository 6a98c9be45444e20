"""One's own account, the button of an administrator, and what an operator can do at the command line."""

from __future__ import annotations

import re
from io import StringIO
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.test import Client

from orchestrator.accounts.models import Attempts, Factor, IssuerLink, RecoveryCode
from orchestrator.workspace import roles
from tests.accounts.conftest import PASSWORD, code, demand, give_factor, inside, sign_in

ACTS = ("set_up", "remove", "codes", "forget", "everywhere")


def press(client: Client, act: str, password: str = PASSWORD, **also: str) -> Any:
    return client.post("/admin/account/", {"act": act, "password": password, **also})


def state() -> Any:
    return (list(Factor.objects.values()), list(RecoveryCode.objects.values()), list(User.objects.values()))


@pytest.mark.parametrize("act", ACTS)
def test_nothing_is_done_without_the_password(ola: User, act: str) -> None:
    give_factor(ola)
    client = Client()
    client.force_login(ola)
    before = state()
    assert "This is not your password." in press(client, act, "wrong").text
    assert state() == before
    assert client.get("/admin/login/set-up/")["Location"] == "/admin/account/"


def test_guesses_at_the_password_are_counted_there_too(ola: User) -> None:
    client = Client()
    client.force_login(ola)
    for _ in range(5):
        press(client, "everywhere", "wrong")
    assert "Too many attempts. Try again in 1 minute." in press(client, "everywhere").text


def test_setting_one_up_removing_it_and_new_codes(ola: User) -> None:
    client = Client()
    sign_in(client)
    assert press(client, "set_up")["Location"] == "/admin/login/set-up/"
    assert "Set up a second factor" in client.get("/admin/login/set-up/").text
    give_factor(ola)
    done = press(client, "codes")
    assert len(re.findall(r"<code>\w{5}-\w{5}</code>", done.text)) == 10
    assert "no-store" in done["Cache-Control"]
    trust = Factor.objects.get().trust
    press(client, "forget")
    assert Factor.objects.get().trust != trust
    press(client, "remove")
    assert (Factor.objects.count(), RecoveryCode.objects.count()) == (0, 0)


def test_signing_out_everywhere_leaves_this_session_alone(ola: User) -> None:
    mine, other = Client(), Client()
    sign_in(mine)
    sign_in(other)
    assert press(mine, "everywhere")["Location"] == "/admin/account/"
    assert (inside(mine), inside(other)) == (True, False)
    assert User.objects.get().check_password(PASSWORD)


def test_without_a_password_a_code_says_who_it_is(ola: User) -> None:
    ola.set_unusable_password()
    ola.save()
    give_factor(ola)
    mine, other = Client(), Client()
    mine.force_login(ola)
    other.force_login(ola)
    assert "This code is not right" in press(mine, "everywhere", code="000000").text
    assert inside(other)
    press(mine, "everywhere", code=code())
    assert (inside(mine), inside(other)) == (True, False)


def test_with_passwords_switched_off_sessions_end_and_the_password_stays(ola: User, settings: Any) -> None:
    settings.OIDC_ONLY = True
    mine, other = Client(), Client()
    mine.force_login(ola)
    other.force_login(ola)
    press(mine, "everywhere")
    assert (inside(mine), inside(other)) == (True, False)
    assert User.objects.get().password == ola.password


@pytest.mark.parametrize(("role", "may"), [("admin", True), ("marketer", False), ("privacy_officer", False)])
def test_an_administrator_takes_a_factor_away_and_it_is_noted(ola: User, role: str, may: bool) -> None:
    roles.set_up()
    give_factor(ola)
    user = User.objects.create_user("ewa", password=PASSWORD, is_staff=True)
    user.groups.set(Group.objects.filter(name=role))
    client = Client()
    client.force_login(user)
    address = f"/admin/auth/user/{ola.pk}/second-factor/"
    assert client.get(address).status_code == 405
    assert client.post(address).status_code == (302 if may else 403)
    assert Factor.objects.exists() is not may
    noted = list(LogEntry.objects.values_list("user__username", "object_id"))
    assert noted == ([("ewa", str(ola.pk))] if may else [])


def run(*words: str) -> str:
    out = StringIO()
    call_command("signin", *words, stdout=out)
    return out.getvalue()


def test_an_operator_lets_somebody_in_once(ola: User) -> None:
    address = run("let_in", "ola").splitlines()[0].removeprefix("http://127.0.0.1:8000")
    client = Client()
    assert "has let ola in" in client.get(address).text  # a look does not use it up
    assert not inside(client)
    assert client.post(address)["Location"] == "/admin/"
    assert inside(client)
    other = Client()
    assert other.post(address).status_code == 403
    assert not inside(other)


def test_such_a_link_asks_for_the_second_factor_all_the_same(ola: User) -> None:
    give_factor(ola)
    client = Client()
    address = run("let_in", "ola").splitlines()[0].removeprefix("http://127.0.0.1:8000")
    assert client.post(address)["Location"] == "/admin/login/code/"
    assert not inside(client)
    assert run("reset_factor", "ola") == "taken away\n"
    demand("everybody")
    assert client.post(address)["Location"] == "/admin/login/set-up/"


@pytest.mark.parametrize("spoilt", ["MQ/x", "!!/x", "OTk5OTk5OTk5OTk5OTk5/x", "MQ/" + "a" * 300])
def test_a_link_that_nobody_made_lets_nobody_in(ola: User, spoilt: str) -> None:
    client = Client()
    answer = client.post(f"/admin/login/let-in/{spoilt}/")
    assert (answer.status_code, inside(client)) == (403, False)


def test_what_else_an_operator_can_do(ola: User, settings: Any) -> None:
    for _ in range(5):
        sign_in(Client(), password="wrong")
    assert run("unlock", "ola") == "failures are forgotten\n"
    assert not Attempts.objects.filter(kind="account").exists()
    settings.OIDC = {"issuer": "https://id.shop.example"}
    assert run("link", "ola", "s-1") == "ola signs in at https://id.shop.example as s-1\n"
    assert IssuerLink.objects.get().user == ola
    with pytest.raises(CommandError, match="linked already"):
        run("link", "ola", "s-1")
    with pytest.raises(CommandError, match="no user 'nobody'"):
        run("let_in", "nobody")
    User.objects.update(is_staff=False)
    with pytest.raises(CommandError, match="may not enter the studio"):
        run("let_in", "ola")
