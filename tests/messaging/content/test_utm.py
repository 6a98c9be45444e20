"""Links in rendered messages say where they lead from, in HTML and in text; our own never do."""

from __future__ import annotations

import pytest

from orchestrator.messaging.content.render import InProcessRenderer, Rendered, RenderJob
from orchestrator.messaging.content.utm import tag_html, tag_text, tagged
from orchestrator.sdk.values import PushContent

OURS = ("https://our.example/u/abc", "https://our.example/p/abc")
CHANGE = tagged("utm_source=shop&utm_medium=email", OURS)
QUERY = "utm_source=shop&amp;utm_medium=email"


@pytest.mark.parametrize(
    ("html", "after"),
    [
        ('<a href="https://a.b/c">x</a>', f'<a href="https://a.b/c?{QUERY}">x</a>'),
        ("<A class=y HREF = 'https://a.b'>x</A>", f"<A class=y HREF = 'https://a.b?{QUERY}'>x</A>"),
        (
            '<a title="5 > 4" href="https://a.b?x=1&amp;y=2">x</a>',
            f'<a title="5 > 4" href="https://a.b?x=1&amp;y=2&amp;{QUERY}">x</a>',
        ),
        ('<area href="https://a.b#c">', f'<area href="https://a.b?{QUERY}#c">'),
    ],
)
def test_a_link_of_the_author(html: str, after: str) -> None:
    assert tag_html(html, CHANGE) == after


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://our.example/u/abc">bye</a>',
        '<a href="https://our.example/p/abc?x=1">choose</a>',
        '<a href="mailto:a@b.c">x</a>',
        '<a href="tel:1">x</a>',
        '<a href="#top">x</a>',
        '<link href="https://a.b/style.css">',
        '<img src="https://a.b/i.png">',
        '<abbr href="https://a.b">',
        '<a data-href="https://a.b">x</a>',
        '<a href="https://a.b?utm_source=me&amp;utm_medium=mine&quot;">x</a>',
        "<p>https://a.b</p>",
        "<a>",
        '<a href="',
    ],
)
def test_what_keeps_its_very_bytes(html: str) -> None:
    assert tag_html(html, CHANGE) == html


def test_links_in_a_text_end_before_the_full_stop() -> None:
    text = "See https://a.b/c, (https://a.b/d?x=1) or https://our.example/u/abc. Mail a@b.c."
    assert tag_text(text, CHANGE) == (
        "See https://a.b/c?utm_source=shop&utm_medium=email, "
        "(https://a.b/d?x=1&utm_source=shop&utm_medium=email) or https://our.example/u/abc. Mail a@b.c."
    )


@pytest.mark.parametrize(
    ("url", "opens"), [("https://a.b", "https://a.b?utm_source=shop"), ("", ""), ("app://x", "app://x")]
)
def test_a_push_notification_opens_its_address_with_it(url: str, opens: str) -> None:
    parts = {"push": {"en": {"title": "T", "body": "B", "url": url}}}
    context = {"utm": "utm_source=shop"}
    answer = InProcessRenderer().render([RenderJob("digest", parts, "push", ("en",), context)])
    assert [one.content for one in answer if isinstance(one, Rendered)] == [PushContent("T", "B", opens)]


def test_a_long_document_takes_no_long_time() -> None:
    html = "<a " + 'x="y" ' * 20_000 + ">" + "<a \"'" * 20_000
    assert tag_html(html, CHANGE) == html
