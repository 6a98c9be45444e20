"""A withdrawal meets the gate, and itself. Real threads on a real database, whatever it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client

from orchestrator.consents.models import ConsentRecord
from orchestrator.consents.record import Statement
from orchestrator.consents.record import record as record_consents
from orchestrator.customers.locks import lock
from orchestrator.customers.models import Customer
from orchestrator.journeys.folders import read_folder
from orchestrator.journeys.publish import publish
from orchestrator.messaging import deliver as delivery
from orchestrator.messaging import gate as gates
from orchestrator.messaging.models import FrequencyCap, Message
from orchestrator.tracking.asking import ask
from orchestrator.workspace.models import Brand
from tests.tracking.conftest import Post
from tests.tracking.test_confirming import JOURNEYS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def only_a_default_brand(transactional_db: None) -> None:
    """Tests with real commits end by emptying every table; whichever comes first still finds the shipped caps."""
    FrequencyCap.objects.all().delete()
    Brand.objects.get_or_create(key="default", defaults={"name": "My shop"})


def together(*acts: Callable[[], object]) -> None:
    """Run these at the same time; whatever one raises fails the test."""
    wrong: list[BaseException] = []

    def run(act: Callable[[], object]) -> None:
        try:
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert wrong == []


def test_posted_twenty_times_at_once_it_is_one_withdrawal(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    path, codes = post.link("u", anna), []
    together(
        *[
            lambda: codes.append(Client().post(path, {"List-Unsubscribe": "One-Click"}).status_code)
            for _ in range(20)
        ]
    )
    assert codes == [200] * 20
    assert ConsentRecord.objects.filter(state="withdrawn").count() == 1


def test_withdrawn_while_the_worker_prepares_the_message(post: Post, monkeypatch: pytest.MonkeyPatch):
    """After the claim and before the gate: the message is not waiting any more, and still does not leave."""
    anna = post.world.person("anna")
    post.begin(anna)
    gate, path = delivery.gate, post.link("u", anna)

    def late(*given: object) -> object:
        post.one_click(path)
        return gate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "gate", late)
    post.world.run(hours=6)
    assert post.world.messages()[1] == ("tips", "cancelled", "consent_withdrawn")
    assert len(post.world.mailbox()) == 1


def test_withdrawn_and_granted_again_while_the_worker_prepares_the_message(
    post: Post, monkeypatch: pytest.MonkeyPatch
):
    anna = post.world.person("anna")
    post.begin(anna)
    gate, path = delivery.gate, post.link("u", anna)

    def late(*given: object) -> object:
        post.one_click(path)
        later = post.world.now + timedelta(seconds=1)
        record_consents([Statement(anna, "email", "granted", "form")], later)
        return gate(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(delivery, "gate", late)
    post.world.run(hours=6)
    assert post.world.messages()[1] == ("tips", "cancelled", "consent_withdrawn")


@pytest.mark.postgresql
def test_the_gate_holds_the_customer_and_the_withdrawal_waits(post: Post, monkeypatch: pytest.MonkeyPatch):
    """The withdrawal comes in mid-gate: the message has left before it, and the numbers say so."""
    anna = post.world.person("anna")
    post.begin(anna)
    path, decide = post.link("u", anna), gates.decide_all
    clicking = threading.Thread(target=lambda: (post.one_click(path), connection.close()))

    def slowly(*given: object) -> object:
        clicking.start()
        clicking.join(0.5)
        assert clicking.is_alive()  # it waits for the gate's lock
        return decide(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(gates, "decide_all", slowly)
    post.world.run(hours=6)
    clicking.join(30)
    message, row = Message.objects.get(step="tips"), ConsentRecord.objects.latest("number")
    assert (message.state, row.state) == ("accepted", "withdrawn")
    assert (message.number or 0) < row.number


@pytest.mark.postgresql
def test_somebody_gets_the_address_while_the_withdrawal_waits(post: Post, monkeypatch: pytest.MonkeyPatch):
    """Who has the address is read again under the lock."""
    anna = post.world.person("anna")
    post.begin(anna)
    path, moved = post.link("u", anna), []

    def late(ids: set[int]) -> list[int]:
        if not moved:
            moved.append(post.world.person("bob", addresses={"email": "anna@example.com"}))
        return lock(ids)

    monkeypatch.setattr("orchestrator.tracking.unsubscribe.lock", late)
    post.one_click(path)
    assert set(ConsentRecord.objects.filter(state="withdrawn").values_list("customer", flat=True)) == {
        anna,
        *moved,
    }


def test_confirmed_ten_times_at_once_it_is_granted_once(post: Post):
    folder = read_folder(JOURNEYS / "double_opt_in")
    publish(folder.journey, folder.templates, post.world.now)
    anna = post.world.person("anna", consents=())
    ask([Statement(anna, "email", "pending", "form")], post.world.now)
    post.world.run(minutes=1)
    path, codes = post.link("d", anna), []
    with time_machine.travel(post.world.now, tick=False):
        together(*[lambda: codes.append(Client().post(path).status_code) for _ in range(10)])
    assert codes == [200] * 10
    states = ConsentRecord.objects.order_by("number").values_list("state", flat=True)
    assert list(states) == ["pending", "granted"]


def test_ten_forms_at_once_are_one_objection_and_the_wishes_of_one_of_them(post: Post):
    anna = post.world.person("anna")
    post.begin(anna)
    path, codes = post.link("p", anna), []
    forms = [{"choice": "objection"}, {"own_limit": "day"}, {"own_limit": "week"}, {"pause": "start"}, {}] * 2
    together(*[lambda form=form: codes.append(Client().post(path, form).status_code) for form in forms])  # type: ignore[misc]
    assert codes == [200] * 10
    rows = ConsentRecord.objects.filter(source="objection").values_list("brand", "channel")
    assert len(rows) == len(set(rows)) > 0
    person = Customer.objects.get(pk=anna)
    assert person.personalization == "none"
    assert person.own_limit in ("day", "week")
    assert person.paused_until is not None
