"""What is stored of a template: whole, inlined, with a text part, the same for the same source."""

from __future__ import annotations

import json

import pytest

from orchestrator.messaging.content.environment import Sandbox
from orchestrator.messaging.content.faults import TemplateFault
from orchestrator.messaging.content.plaintext import derive_text
from orchestrator.messaging.content.prepare import digest, inline, prepare
from orchestrator.messaging.content.render import InProcessRenderer, RenderJob
from tests.messaging.content.builders import CONTEXT, template

HTML = Sandbox(html=True)


def body(html: str) -> str:
    document = inline(HTML, html)[0]
    return document.split("<body>")[1].split("</body>")[0]


def test_the_stored_form_is_plain_json_and_names_variables_and_languages() -> None:
    source = template(
        topic="club",
        email={
            "pl": {"subject": "Hej {{ customer.first_name }}", "html": "<p>{{ event['items'][0].name }}</p>"}
        },
        sms={"en": "Hi {{ entry.value|plural('a', 'b') }}", "de": "Hallo"},
    )
    prepared = prepare(source, chain=("en", "pl"))
    assert json.loads(json.dumps(prepared)) == prepared
    assert (prepared["shape"], prepared["key"], prepared["topic"], prepared["purpose"]) == (
        1,
        "welcome",
        "club",
        "marketing",
    )
    assert prepared["languages"] == ["en", "pl", "de"]
    assert prepared["variables"] == [
        "brand.footer", "brand.logo_url", "brand.name", "customer.first_name", "entry.value", "event.items",
        "preferences_url", "unsubscribe_url",
    ]  # fmt: skip
    assert prepared["sms"]["en"] == {
        "text": "Hi {{ entry.value|plural('a', 'b') }}", "transliterate": False, "lines": {"text": 0},
    }  # fmt: skip


def test_the_digest_follows_what_is_said_not_where_it_stood() -> None:
    one = prepare(template(sms={"en": "Hi"}))
    moved = {**one, "sms": {"en": {**one["sms"]["en"], "lines": {"text": 99}}}}
    other = prepare(template(sms={"en": "Hi!"}))
    assert digest(one) == digest(prepare(template(sms={"en": "Hi"}))) == digest(moved)
    assert len(digest(one)) == 64
    assert digest(one) != digest(other)


@pytest.mark.parametrize(
    ("html", "inlined"),
    [
        ("<style>p{color:red}</style><p>{{ a }}</p>", '<p style="color: red;">{{ a }}</p>'),
        ("<p>{{ a|default(\"x<y & 'z'\") }}</p>", "<p>{{ a|default(\"x<y & 'z'\") }}</p>"),
        (
            "<p>{% if a < 3 %}<b>1</b>{% else %}<i>2</i>{% endif %}</p>",
            "{% if a < 3 %}<b>1</b>{% else %}<i>2</i>{% endif %}",
        ),
        ('<a href="{{ u }}?a=1&b={{ v }}">x</a>', '<a href="{{ u }}?a=1&amp;b={{ v }}">x</a>'),
        ("<a href='{{ u|default(\"/\") }}'>x</a>", '<a href="{{ u|default("/") }}">x</a>'),
        ('<p style="width: {{ w }}px">x</p>', '<p style="width: {{ w }}px">x</p>'),
        ('<a class="{{ a }}" href="{{ b }}" title="{{ c }}">x</a>', 'href="{{ b }}"'),
        ("<p>{# a note #}x</p>", "<p>{# a note #}x</p>"),
        ("<!-- {{ a }} --><p>x</p>", "<p>x</p>"),
        ("<p>&lt;b&gt; &amp; ó</p>", "<p>&lt;b&gt; &amp; ó</p>"),
        ("<p>&#123;{ 7*7 }}</p>", "<p>{ { 7*7 }}</p>"),
    ],
)
def test_jinja_survives_inlining(html: str, inlined: str) -> None:
    assert inlined in inline(HTML, html)[0]


def test_a_loop_over_rows_stays_inside_its_table() -> None:
    html = "<table>{% for i in items %}<tr><td>{{ i }}</td></tr>{% endfor %}</table>"
    assert body(html) == (
        "<table><tbody>{% for i in items %}<tr><td>{{ i }}</td></tr>{% endfor %}</tbody></table>"
    )


def test_media_queries_stay_and_never_become_jinja() -> None:
    document = inline(HTML, "<style>@media (max-width:600px){ #a{color:red}}</style><p id='a'>x</p>")[0]
    assert "#a{color:red}" in document
    assert "{#" not in document


@pytest.mark.parametrize(
    ("html", "code"),
    [
        ("<a href={{ u }}>x</a>", "unquoted"),
        ('<a {% if a %}class="b"{% endif %}>x</a>', "unquoted"),
        ("<{{ tag }}>", "misplaced"),
        ("<style>p{color:{{ c }}}</style>", "misplaced"),
        ("<script>{{ c }}</script>", "misplaced"),
    ],
)
def test_jinja_where_html_cannot_keep_it_is_refused(html: str, code: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        inline(HTML, html)
    assert (caught.value.code, caught.value.line) == (code, 1)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<h1>Hi</h1><p>one\n  two</p>", "Hi\n\none two"),
        ('<p><a href="{{ shop.url }}">Shop</a> now</p>', "Shop: {{ shop.url }} now"),
        ('<a href="https://x">https://x</a>', "https://x"),
        ('<a href="https://x"><img src="i.png" alt="Logo"></a>', "Logo: https://x"),
        ("<ul><li>a</li><li>b</li></ul>", "- a\n- b"),
        ("a<br>b &amp; c", "a\nb & c"),
        ("<style>p{}</style><script>x</script>hi", "hi"),
        ("<p>{% if a %}x{% endif %}</p>", "{% if a %}x{% endif %}"),
        ("<p>&#123;{ 7*7 }}</p>", "{ { 7*7 }}"),
    ],
)
def test_text_is_derived_with_links_written_out(html: str, text: str) -> None:
    assert derive_text(HTML, html) == text


def rendered(language: str, purpose: str = "marketing", **email: str) -> tuple[str, str]:
    prepared = prepare(template(email={language: {"subject": "S", **email}}), purpose)
    one = RenderJob(digest(prepared), prepared, "email", (language,), CONTEXT)
    content = InProcessRenderer().render([one])[0].content  # type: ignore[union-attr]
    return content.html, content.text  # type: ignore[union-attr]


def test_the_polish_layout_says_why_and_how_to_leave() -> None:
    html, text = rendered("pl", html="<p>Hej</p>", preheader="Krótko")
    assert text == (
        "Hej\n\n--\nAcme\nAcme sp. z o.o., Kraków\n"
        "Ta wiadomość przyszła do Ciebie dzięki Twojej zgodzie na wiadomości marki Acme.\n"
        "Wypisz się: https://shop.example/u/1\nWybierz, co chcesz otrzymywać: https://shop.example/p/1"
    )
    assert '<html lang="pl">' in html
    assert 'href="https://shop.example/u/1"' in html
    assert 'href="https://shop.example/p/1"' in html
    assert "\nKrótko\n" in html
    assert "prefers-color-scheme: dark" in html


def test_the_english_layout_and_a_language_without_words_of_its_own() -> None:
    assert "Unsubscribe: https://shop.example/u/1" in rendered("en", text="Hi")[1]
    assert "Unsubscribe: https://shop.example/u/1" in rendered("de", text="Hallo")[1]


def test_a_transactional_email_concerns_an_order_and_has_no_unsubscribe_link() -> None:
    html, text = rendered("en", "transactional", html="<p>Your order</p>")
    assert text == (
        "Your order\n\n--\nAcme\nAcme sp. z o.o., Kraków\n"
        "You receive this because it concerns your account or order at Acme."
    )
    assert "https://shop.example/u/1" not in html


def test_the_polish_footer_never_declines_the_brands_name() -> None:
    assert rendered("pl", "transactional", html="<p>Zamówienie</p>")[1] == (
        "Zamówienie\n\n--\nAcme\nAcme sp. z o.o., Kraków\n"
        "Ta wiadomość dotyczy Twojego konta lub zamówienia. Nadawca: Acme."
    )


def test_a_whole_document_stays_without_our_layout() -> None:
    html, text = rendered(
        "en", html='<html><body><p>Mine</p><a href="{{ unsubscribe_url }}">out</a></body></html>'
    )
    assert html == (
        '<html><head></head><body><p>Mine</p><a href="https://shop.example/u/1">out</a></body></html>'
    )
    assert text == "Mine\n\nout: https://shop.example/u/1"


def test_a_brand_without_footer_or_logo_leaves_no_gap() -> None:
    prepared = prepare(template(email={"en": {"subject": "S", "text": "Hi"}}))
    context = {**CONTEXT, "brand": {"name": "Acme"}}
    answer = InProcessRenderer().render([RenderJob("d", prepared, "email", ("en",), context)])[0]
    assert answer.content.text.startswith("Hi\n\n--\nAcme\nYou receive")  # type: ignore[union-attr]
