"""Programs by name and password: counted like people, not a way round a second factor, and not too often in a minute."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import get_resolver

from orchestrator.accounts import recent
from orchestrator.accounts.models import Attempts
from orchestrator.api.callers import WAYS, CallsOfAnAccount
from tests.accounts.conftest import code, demand, give_factor

DOOR = "/api/v1/customers/c-1/next/"
RIGHTS = ("view_customer", "view_enrollment", "view_message")


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    recent.forget()
    yield
    recent.forget()


@pytest.fixture
def shop(db: None) -> User:
    user = User.objects.create_user("shop", password="secret")
    user.user_permissions.set(Permission.objects.filter(codename__in=RIGHTS))
    return user


def call(name: str = "shop", password: str = "secret", **also: Any) -> Any:
    words = base64.b64encode(f"{name}:{password}".encode()).decode()
    return Client().get(DOOR, headers={"authorization": f"Basic {words}"}, **also)


def test_a_program_is_told_what_it_may_read(shop: User) -> None:
    assert call().status_code == 404  # there is no such customer, and it may know
    assert list(Attempts.objects.filter(kind__in=["account", "address"]).values_list("kind", "count")) == [
        ("address", 0)
    ]


@pytest.mark.parametrize("name", ["shop", "no-such-shop"])
def test_guesses_are_refused_after_five_whether_the_name_exists_or_not(shop: User, name: str) -> None:
    said = [call(name, "wrong") for _ in range(6)]
    assert [one.status_code for one in said] == [401] * 5 + [429]
    assert said[5]["Retry-After"] == "60"


def test_a_right_password_is_hashed_once_in_a_while_and_read_anew_each_time(
    shop: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    real = ModelBackend.authenticate

    def look(self: Any, request: Any, username: Any = None, password: Any = None, **also: Any) -> Any:
        looked.append(username)
        return real(self, request, username=username, password=password, **also)

    monkeypatch.setattr(ModelBackend, "authenticate", look)
    assert [call().status_code for _ in range(3)] == [404] * 3
    assert looked == ["shop"]
    for _ in range(6):
        call(password="wrong", REMOTE_ADDR="192.0.2.9")
    assert call().status_code == 404  # at work, and not locked out by whoever guesses
    shop.set_password("another")
    shop.save()
    assert call().status_code == 429
    User.objects.filter(pk=shop.pk).update(is_active=False)
    recent.remember("shop", "another", shop)
    assert call(password="another").status_code == 429


@pytest.mark.parametrize(
    ("staff", "whom", "has_one", "status"),
    [
        (False, "everybody", False, 404),
        (True, "nobody", False, 404),
        (True, "everybody", False, 401),
        (True, "powers", False, 401),
        (True, "nobody", True, 401),
        (False, "nobody", True, 401),
    ],
)
def test_basic_auth_does_not_go_round_the_second_factor(
    shop: User, staff: bool, whom: str, has_one: bool, status: int
) -> None:
    User.objects.update(is_staff=staff)
    demand(whom)
    if has_one:
        give_factor(shop)
    answers = [call(), call()]  # the second is remembered
    assert [one.status_code for one in answers] == [status, status]
    if status == 401:
        assert answers[0].json()["detail"].startswith("This account has or needs a second factor")


def test_with_passwords_switched_off_programs_still_have_theirs_and_staff_do_not(
    shop: User, settings: Any
) -> None:
    assert call().status_code == 404
    settings.OIDC_ONLY = True
    assert call().status_code == 404
    User.objects.update(is_staff=True)
    assert call().status_code == 401


def test_a_session_shows_its_factor_here_too(shop: User) -> None:
    User.objects.update(is_staff=True)
    client = Client()
    client.force_login(shop)
    demand("everybody")
    assert client.get(DOOR).status_code == 401
    give_factor(shop)
    client.post("/admin/login/code/", {"code": code()})
    assert client.get(DOOR).status_code == 404


def test_calls_of_one_account_are_counted_over_all_processes(shop: User, settings: Any) -> None:
    settings.API_PER_MINUTE = 3
    said = [call() for _ in range(4)]
    assert [one.status_code for one in said] == [404, 404, 404, 429]
    assert 0 < int(said[3]["Retry-After"]) <= 60
    assert Attempts.objects.get(kind="program").count == 3


def test_every_door_asks_who_calls_and_how_often() -> None:
    [api] = [one for one in get_resolver().url_patterns if str(one.pattern) == "api/v1/"]
    for one in api.url_patterns:
        if one.name == "api_nowhere":
            continue  # there is nothing behind it
        view = one.callback.cls
        assert view.authentication_classes == WAYS, view
        assert view.throttle_classes == (CallsOfAnAccount,), view


@pytest.mark.parametrize("name", ["a\0b", "", "x" * 5000, "żółw"])
def test_odd_names_are_wrong_names(shop: User, name: str) -> None:
    assert call(name, "wrong").status_code == 401
