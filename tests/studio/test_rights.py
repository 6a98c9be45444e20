"""The buttons of a person's rights: who sees which, and what each does."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from orchestrator.customers.models import Customer
from tests.scenarios.conftest import world
from tests.scenarios.journeys import one_send
from tests.scenarios.world import World

__all__ = ["world"]


def signed_in(*rights: str) -> Client:
    user = User.objects.create(username="officer", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_customer", *rights]))
    client = Client()
    client.force_login(user)
    return client


def press(client: Client, customer: int, act: str) -> int:
    return client.post(f"/admin/customers/customer/{customer}/right/{act}/").status_code


@pytest.mark.parametrize("right", ["export", "restrict", "erase"])
def test_each_right_shows_its_button_alone_and_allows_its_act_alone(world: World, right: str):
    anna = world.person()
    client = signed_in(f"{right}_customer")
    page = client.get(f"/admin/customers/customer/{anna}/change/").content.decode()
    shown = {act for act in ("export", "restrict", "lift", "erase") if f"/right/{act}/" in page}
    assert shown == {right}
    refused = [act for act in ("export", "restrict", "lift", "erase", "other") if act != right]
    assert [press(client, anna, act) for act in refused] == [403] * 4
    assert Customer.objects.values_list("restricted_at", "erased_at").get() == (None, None)
    assert LogEntry.objects.count() == 0


def test_the_file_comes_under_a_number(world: World):
    anna = world.person()
    answer = signed_in("export_customer").post(f"/admin/customers/customer/{anna}/right/export/")
    assert answer["Content-Disposition"] == f'attachment; filename="customer-{anna}.zip"'
    assert "no-store" in answer["Cache-Control"]
    assert b"anna@example.com" in zipfile.ZipFile(io.BytesIO(b"".join(answer))).read("export.json")
    assert LogEntry.objects.get().change_message == "Given all that is known of them"


def test_restricted_by_one_button_and_lifted_by_the_other(world: World):
    anna = world.person()
    client = signed_in("restrict_customer")
    assert [press(client, anna, "restrict"), press(client, anna, "restrict")] == [302, 403]
    assert Customer.objects.get().restricted_at is not None
    assert [press(client, anna, "lift"), press(client, anna, "lift")] == [302, 403]
    assert Customer.objects.get().restricted_at is None
    assert list(LogEntry.objects.order_by("id").values_list("change_message", flat=True)) == [
        "What may be done with their data is restricted: it is kept, and nothing is sent.",
        "The restriction is lifted. Tell them before anything is sent (art. 18(3)).",
    ]


def test_erasing_says_what_goes_and_the_log_names_nobody(world: World):
    world.publish(one_send("hello"), hello="")
    anna = world.person()
    world.event(anna, "hello.wanted")
    world.run(hours=1)
    client = signed_in("erase_customer")
    page = client.get(f"/admin/customers/customer/{anna}/change/").content.decode()
    assert "Messages whose words go: 1. Events whose details go: " in page
    assert press(client, anna, "erase") == 302
    assert Customer.objects.get().erased_at is not None
    assert list(LogEntry.objects.values_list("object_repr", "change_message")) == [
        (f"#{anna}", "They are erased: what is left names nobody.")
    ]
    assert press(client, anna, "erase") == 403
