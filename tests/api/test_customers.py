"""What the studio says of a customer, for programs."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

pytestmark = pytest.mark.django_db
BASE = "/api/v1/customers/anna/"


@pytest.fixture(autouse=True)
def anna(world: World) -> None:
    """Somebody who got a message."""
    person = world.person("anna")
    world.publish(one_send("welcome", entry="{event: customer.signed_up}"), welcome="")
    world.event(person, "customer.signed_up")
    world.run(minutes=1)


@pytest.fixture
def reader() -> dict[str, str]:
    """An account that may look at everything."""
    user = User.objects.create_user("desk", password="secret", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    return {"authorization": "Basic " + base64.b64encode(b"desk:secret").decode()}


def get(headers: dict[str, str], path: str) -> tuple[int, Any]:
    answer = Client().get(path, headers=headers)
    return answer.status_code, answer.json()


def test_a_timeline_is_paged_and_filtered(reader: dict[str, str]) -> None:
    code, told = get(reader, f"{BASE}timeline/")
    assert (code, told["customer"]["external_id"], told["next"]) == (200, "anna", None)
    assert len(told["items"]) >= 3
    _, first = get(reader, f"{BASE}timeline/?limit=1")
    _, rest = get(reader, f"{BASE}timeline/?limit=200&before={quote(first['next'])}")
    assert first["items"] + rest["items"] == told["items"]
    _, events = get(reader, f"{BASE}timeline/?kind=events")
    assert 0 < len(events["items"]) < len(told["items"])


def test_why_and_next_are_answered_in_both_languages(reader: dict[str, str]) -> None:
    for path in (f"{BASE}why/?journey=welcome", f"{BASE}next/"):
        (one, english), (two, polish) = (
            get({**reader, "Accept-Language": language}, path) for language in ("en", "pl")
        )
        assert (one, two) == (200, 200)
        assert english != polish


@pytest.mark.parametrize(
    ("path", "code", "error"),
    [
        ("/api/v1/customers/nobody/timeline/", 404, "no_customer"),
        (f"{BASE}why/", 400, "journey_missing"),
        (f"{BASE}why/?journey=nonsense", 404, "no_journey"),
        (f"{BASE}timeline/?kind=weather", 400, "bad_kind"),
        (f"{BASE}timeline/?limit=0", 400, "bad_limit"),
        (f"{BASE}timeline/?limit=many", 400, "bad_limit"),
        (f"{BASE}timeline/?before=yesterday", 400, "bad_before"),
    ],
)
def test_what_cannot_be_answered_says_how_to_mend_it(
    reader: dict[str, str], path: str, code: int, error: str
) -> None:
    answered, told = get(reader, path)
    assert (answered, error in str(told)) == (code, True)


def test_nobody_without_an_account_is_told_anything() -> None:
    for name in ("timeline/", "why/?journey=welcome", "next/"):
        assert Client().get(f"{BASE}{name}").status_code in (401, 403)
