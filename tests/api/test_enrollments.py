"""A program lets people into journeys by HTTP."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from orchestrator.customers.merge import Pair, merge
from orchestrator.journeys.models import Enrollment
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

PATH = "/api/v1/journeys/receipt/enrollments"
CALL: dict[str, Any] = {"customer": "anna", "key": "order-7", "properties": {"order": 7}}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def receipt(world: World) -> None:
    """A journey that takes calls, and somebody to call for."""
    world.person("anna", consents=())
    entry = "{api: {name: bought, requires: [order]}}"
    world.publish(one_send("receipt", entry=entry, purpose="transactional"), receipt="")


def account(*rights: str) -> dict[str, str]:
    user = User.objects.create_user("shop", password="secret")
    user.user_permissions.set(Permission.objects.filter(codename__in=rights))
    return {"authorization": "Basic " + base64.b64encode(b"shop:secret").decode()}


def post(headers: dict[str, str], path: str = PATH, **call: Any) -> tuple[int, Any]:
    answer = Client().post(path, {**CALL, **call}, "application/json", headers=headers)
    return answer.status_code, answer.json()


def test_a_call_lets_somebody_in_once_for_its_key():
    shop = account("add_enrollment")
    code, first = post(shop)
    ((id_, key, properties),) = Enrollment.objects.values_list("id", "entry_key", "entry_properties")
    assert (code, first) == (201, {"enrollment": id_, "entered": True, "reason": ""})
    assert (key, properties) == ("order-7", {"order": 7})
    assert post(shop) == (200, {"enrollment": id_, "entered": False, "reason": ""})
    assert Enrollment.objects.count() == 1


def test_the_id_of_somebody_merged_means_who_stands_for_them(world: World):
    anna, bela = world.person("anna"), world.person("bela")
    merge([Pair(bela, anna)], world.now)
    assert post(account("add_enrollment"))[0] == 201
    assert list(Enrollment.objects.values_list("customer_id", flat=True)) == [bela]


def test_strangers_and_accounts_without_the_right_let_nobody_in():
    assert post({})[0] == 401
    assert post(account("view_enrollment"))[0] == 403
    assert Enrollment.objects.count() == 0


@pytest.mark.parametrize(
    ("path", "call", "code", "said"),
    [
        (PATH.replace("receipt", "nothing"), {}, 404, "no_journey"),
        (PATH, {"customer": "nobody"}, 404, "no_customer"),
        (PATH, {"properties": {}}, 400, "missing_property"),
        (PATH, {"properties": {"order": "\x00"}}, 400, "parse_error"),
    ],
)
def test_a_call_that_cannot_be_made_says_why(
    world: World, path: str, call: dict[str, Any], code: int, said: str
):
    status, answer = post(account("add_enrollment"), path, **call)
    assert (status, answer["code"]) == (code, said)
    assert Enrollment.objects.count() == 0


@pytest.mark.parametrize("call", [{"key": ""}, {"key": "k" * 101}, {"customer": None}, {"properties": [1]}])
def test_fields_of_the_wrong_shape_are_named(call: dict[str, Any]):
    status, answer = post(account("add_enrollment"), **call)
    assert (status, answer["code"]) == (400, "invalid")
    assert {one["pointer"].split("/")[1] for one in answer["errors"]} == set(call)
    assert Enrollment.objects.count() == 0
