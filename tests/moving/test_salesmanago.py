"""Exports of SALESmanago, with `;` between the cells and headers in Polish."""

from __future__ import annotations

from orchestrator.consents.models import Suppression
from orchestrator.customers.models import Customer
from orchestrator.events.models import Event
from orchestrator.messaging.models import PastMessage
from tests.moving.conftest import Load
from tests.moving.test_klaviyo import at, states
from tests.scenarios.world import World

PEOPLE = (
    "E-mail;Imię i nazwisko;Telefon;Kraj;Tagi;Status e-mail marketingu;Wypisany;Data opt-in;Data opt-out;Wypisany SMS;"
    "Data opt-in SMS;Nieprawidłowy;Id zewnętrzne;Id kontaktu;Data utworzenia\n"
    "anna@example.com;Anna Nowak;600 100 200;Polska;VIP, KLUB;Opt-in;nie;2025-05-01 10:00;;nie;2025-06-01;nie;"
    "A-1;sm-1;01.01.2025 08:00\n"
    "bela@example.com;Bela;;;;Opt-out;tak;2025-05-01 10:00;2025-07-01;;;nie;;sm-2;\n"
    "carl@example.com;Carl;;;;Opt-in;tak;2025-05-01 10:00;2025-04-01;;;tak;;sm-3;\n"
)
EVENTS = (
    "Data;E-mail;Zdarzenie;Wiadomość;Temat;Adres URL;Numer zamówienia;Kwota;Produkty\n"
    "2026-03-01 10:00;anna@example.com;Wysłano;Wiosna;Witaj;;;;\n"
    "2026-03-01 12:00;anna@example.com;Otwarto;Wiosna;Witaj;;;;\n"
    "2026-03-01 12:01;anna@example.com;Kliknięto;Wiosna;Witaj;https://sklep.example/x;;;\n"
    "2026-03-01 10:00;bela@example.com;Odbicie twarde;Wiosna;Witaj;;;;\n"
    "2026-02-10 09:00;anna@example.com;PURCHASE;;;;Z/7;1 299,90;P1,P2\n"
    "2026-02-12 09:00;anna@example.com;Zwrot;;;;Z/7;-299,90;P2\n"
    "2026-02-12 09:00;anna@example.com;Rozmowa;;;;;;\n"
)


def test_contacts_with_polish_headers(world: World, load: Load) -> None:
    outcome = load("salesmanago_people", PEOPLE)
    assert (outcome.errors, outcome.kept_out) == ([], [])
    anna = Customer.objects.get(external_id="A-1")
    assert anna.attributes == {"name": "Anna Nowak", "tags": ["VIP", "KLUB"]}
    assert set(anna.addresses.values_list("channel", "value")) == {
        ("email", "anna@example.com"),
        ("sms", "+48600100200"),
    }
    named = {(who.split()[0], channel): said for (who, channel), said in _by_name().items()}
    assert named == {
        ("Anna", "email"): ("granted", at(2025, 5, 1, 8)),
        ("Anna", "sms"): ("granted", at(2025, 5, 31, 22)),
        ("Bela", "email"): ("withdrawn", at(2025, 7, 1, 21, 59, 59)),
        ("Carl", "email"): (
            "withdrawn",
            at(2025, 4, 1, 21, 59, 59),
        ),  # of two columns that disagree the no holds
    }
    assert list(Suppression.objects.values_list("reason", flat=True)) == ["bounce"]


def _by_name() -> dict[tuple[str, str], object]:
    for customer in Customer.objects.all():
        customer.attributes["first_name"] = customer.attributes["name"]
        customer.save()
    return dict(states())


def test_messages_and_orders(world: World, load: Load) -> None:
    load("salesmanago_people", PEOPLE)
    outcome = load("salesmanago_events", EVENTS)
    assert outcome.errors == []
    assert (outcome.counts["past_messages"], outcome.counts["events"]) == (1, 5)
    assert PastMessage.objects.get().title == "Wiosna"
    told = Event.objects.filter(customer__external_id="A-1").order_by("occurred_at")
    assert [
        (name, str(amount), key.split(":")[0])
        for name, amount, key in told.values_list("name", "amount", "key")
    ] == [
        ("order.placed", "1299.90", "order"),
        ("order.returned", "299.90", "order.returned"),
        ("message.opened", "None", "message.opened"),
        ("message.clicked", "None", "message.clicked"),
    ]
    assert not any(
        load("salesmanago_events", EVENTS).counts[name]
        for name in ("past_messages", "events", "suppressions")
    )
