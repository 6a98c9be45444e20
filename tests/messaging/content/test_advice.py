"""What is worth a look in a template, each with its line: pure, and quiet where there is nothing to say."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.messaging.content.advice.links import links
from orchestrator.messaging.content.advice.needs import needs
from orchestrator.messaging.content.advice.subjects import subjects
from orchestrator.messaging.content.advice.whole import Adviser, size
from orchestrator.messaging.content.environment import Sandbox
from tests.messaging.content.builders import template

TEXT, HTML = Sandbox(html=False), Sandbox(html=True)


def needed(text: str) -> list[tuple[int, str]]:
    return [(use.line, use.name) for use in needs(TEXT, text)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hi {{ customer.first_name }}", [(1, "customer.first_name")]),
        ("a\n\n{{ customer.a }} {{ customer.a }}\n{{ customer.b }}", [(3, "customer.a"), (4, "customer.b")]),
        ("{{ customer['first_name'] }}", [(1, "customer.first_name")]),
        ("{{ customer.a|upper }}", [(1, "customer.a")]),
        ("{{ customer.a|default('x') }} {{ customer.b|d('x')|upper }}", []),
        ("{{ customer.a|default(customer.b) }}", [(1, "customer.b")]),
        ("{{ customer.a|upper|default('x') }}", []),
        ("{% if customer.a is defined %}{{ customer.a }}{% endif %}", []),
        ("{% if customer.a is defined %}x{% endif %}{{ customer.a }}", [(1, "customer.a")]),
        ("{% if customer.a|default('', true) %}{{ customer.a }}{% else %}{{ customer.b }}{% endif %}", [(1, "customer.b")]),
        ("{% if customer.a is defined and customer.a > 3 %}x{% endif %}", []),
        ("{% if customer.a > 3 %}x{% endif %}", [(1, "customer.a")]),
        ("{% if x is defined %}a{% elif y is defined %}{{ y }}{% endif %}", []),
        ("{{ customer.a if customer.a is defined else 'x' }}", []),
        ("{{ 'x' if customer.b is defined else customer.a }}", [(1, "customer.a")]),
        ("{% for i in event.lines %}{{ i.name }}{% endfor %}", [(1, "event.lines"), (1, "i.name")]),
        ("no braces", []), ("{{", []), ("{{ a.__b }}", []), ("", []),
    ],
)  # fmt: skip
def test_what_a_text_cannot_do_without(text: str, found: list[tuple[int, str]]) -> None:
    assert sorted(needed(text)) == found


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<a href="https://shop.pl/x">a</a><a href="mailto:a@b.pl">b</a><a href="#top">c</a>', []),
        ('<a href="{{ shop.url }}/x">a</a><img src="{{ brand.logo_url }}">', []),
        ('<p>\n<a href="">a</a>', [(2, "empty_link", "")]),
        ('<a href="#">a</a>', [(1, "empty_link", "#")]),
        ("<a href>a</a>", [(1, "empty_link", "")]),
        ('<img src="">', [(1, "empty_picture", "")]),
        ('<a href="/sale">a</a>', [(1, "relative_link", "/sale")]),
        ('<a\n class="x"\n href="www.shop.pl">a</a>', [(1, "relative_link", "www.shop.pl")]),
        ('{{ a\n}}\n<img src="a.png">', [(3, "relative_link", "a.png")]),
        ('<a href="http://shop.pl">a</a>', [(1, "insecure_link", "http://shop.pl")]),
        ('<a href="https://">a</a>', [(1, "broken_link", "https://")]),
        ('<a href="https://[x">a</a>', [(1, "broken_link", "https://[x")]),
        ('<a href="http://localhost:8000/">a</a>', [(1, "example_link", "http://localhost:8000/")]),
        ('<a href="https://www.example.com/x">a</a>', [(1, "example_link", "https://www.example.com/x")]),
        ('<a href="https://myexample.com/x">a</a>', []),
        ("<a href=\"{{", []), ("{% if", []), ("<a name=x>", []),
    ],
)  # fmt: skip
def test_links_that_lead_nowhere(html: str, found: list[tuple[int, str, str]]) -> None:
    assert links(HTML, html) == found


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ("Your order is on its way", []),
        ("Dziękujemy! Do zobaczenia", []),
        ("PKO BP i PZU", []),
        ("OSTATNIA SZANSA", ["capitals"]),
        ("Last chance!! Hurry!", ["exclamation"]),
        ("Really?!", ["exclamation"]),
        ("Re: your order", ["false_reply"]),
        ("Rezerwacja potwierdzona", []),
        ("100% free, act now", ["bait"]),
        ("Wygrałeś nagrodę", ["bait"]),
        ("🎉🎉🎉 Sale", ["pictures"]),
        ("🎉 Sale", []),
        ("x" * 71, ["long_subject"]),
        ("", []),
    ],
)
def test_subjects_that_look_like_spam(said: str, codes: list[str]) -> None:
    assert list(subjects(said)) == codes


def advised(purpose: str = "marketing", **parts: Any) -> list[tuple[str, str, int]]:
    source = template(**parts)
    return [(one.channel, one.code, one.line) for one in Adviser(source, purpose).advise()]


def test_a_marketing_text_tells_the_way_out() -> None:
    assert advised(sms={"en": "Sale"}) == [("sms", "no_way_out", 1)]
    assert advised(sms={"en": "Sale. Stop: 8080"}) == []
    assert advised(sms={"en": "Sale {{ unsubscribe_url }}"}) == []
    assert advised("transactional", sms={"en": "Your code is 7"}) == []
    # What is written only as a value is not known to be there.
    assert advised(sms={"en": "{{ event.stop }}"}) == [("sms", "no_way_out", 1)]


def test_pictures_alone_are_no_email() -> None:
    picture = '<img src="https://shop.pl/a.png" alt="Sale">'
    assert advised(email={"en": {"subject": "S", "html": picture}}) == [("email", "only_pictures", 1)]
    assert advised(email={"en": {"subject": "S", "html": picture, "text": "Sale"}}) == []
    assert advised(email={"en": {"subject": "S", "html": picture + "<p>" + "word " * 8}}) == []


def test_a_subject_is_looked_at_without_its_values() -> None:
    email = {"subject": "HELLO {{ customer.a|default('!!!') }} AGAIN", "html": "<p>x</p>"}
    assert advised(email={"en": email}) == [("email", "capitals", 1)]
    assert advised(email={"en": {**email, "subject": "{{"}}) == []


def test_every_text_is_asked_what_it_needs() -> None:
    source = template(
        email={
            "en": {
                "subject": "{{ customer.a }}",
                "preheader": "{{ customer.b }}",
                "html": "\n{{ customer.c }}",
            }
        },
        sms={"pl": "{{ customer.d }}"},
        push={"en": {"title": "{{ customer.e }}", "body": "b", "url": "{{ shop.url }}"}},
    )
    found = [
        (channel, language, name, use.line, use.name)
        for channel, language, name, use in Adviser(source, "x").needs()
    ]
    assert found == [
        ("email", "en", "subject", 1, "customer.a"), ("email", "en", "preheader", 1, "customer.b"),
        ("email", "en", "html", 2, "customer.c"), ("sms", "pl", "text", 1, "customer.d"),
        ("push", "en", "title", 1, "customer.e"), ("push", "en", "url", 1, "shop.url"),
    ]  # fmt: skip


def test_size_is_in_bytes() -> None:
    assert size("ł" * 10) == 20
