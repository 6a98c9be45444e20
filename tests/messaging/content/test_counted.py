"""Which links of a message are counted, and what stands in their place."""

from __future__ import annotations

from typing import Any

import pytest

from orchestrator.messaging.content.child import ChildRenderer
from orchestrator.messaging.content.counted import with_pixel, without_pixel
from orchestrator.messaging.content.render import InProcessRenderer, Rendered, RenderJob
from orchestrator.sdk.values import EmailContent, PushContent, SmsContent
from tests.messaging.content.builders import job

CLICKS: dict[str, Any] = {"tracked": {"key": 0, "clicks": True, "opens": False}}


def counted(one: RenderJob, **more: Any) -> Rendered:
    """Rendered with `<0>`, `<1>` … in place of counted links: by the child, as here."""
    fields = {name: getattr(one, name) for name in one.__dataclass_fields__}
    one = RenderJob(**{**fields, "counted": lambda count: [f"<{place}>" for place in range(count)], **more})
    answer = InProcessRenderer().render([one])[0]
    child = ChildRenderer()
    try:
        assert child.render([one]) == [answer]
    finally:
        child.close()
    assert isinstance(answer, Rendered), answer
    return answer


def email(html: str, text: str = "", **context: Any) -> tuple[str, str, tuple[str, ...]]:
    part = {
        "subject": "S",
        "html": f"<!doctype html><html><body>{html}</body></html>",
        "text": text or "No links.",
    }
    answer = counted(job("email", {**CLICKS, **context}, email={"en": part}))
    assert isinstance(answer.content, EmailContent)
    body = answer.content.html.partition("<body>")[2].rpartition("</body>")[0]
    return body, answer.content.text, answer.links


def test_each_link_once_in_html_and_in_text():
    html, text, links = email(
        '<a href="https://a.b/1">x</a><a href="https://a.b/2?x=1&amp;y=2">y</a><a href="https://a.b/1">z</a>',
        "Go to https://a.b/2?x=1&y=2, or https://a.b/3.",
    )
    assert html == '<a href="<0>">x</a><a href="<1>">y</a><a href="<0>">z</a>'
    assert text == "Go to <1>, or <2>."
    assert links == ("https://a.b/1", "https://a.b/2?x=1&y=2", "https://a.b/3")


def test_links_are_those_that_would_have_been_sent():
    html, text, links = email(
        '<a href="https://a.b/?q=%20#x">x</a>', utm="utm_source=shop", text="https://a.b/t"
    )
    assert (html, text) == ('<a href="<0>">x</a>', "<1>")
    assert links == ("https://a.b/?q=%20&utm_source=shop#x", "https://a.b/t?utm_source=shop")


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://shop.example/u/1">out</a>',
        '<a href="https://shop.example/p/1">choose</a>',
        '<a href="mailto:a@b.c">x</a>',
        '<a href="tel:1">x</a>',
        '<a href="#top">x</a>',
        '<a href="/relative">x</a>',
        '<a href="https://a.b" data-no-track="">x</a>',
        '<a data-no-track="" href="https://a.b">x</a>',
        '<a href="https://">x</a>',
        '<a href="https://[">x</a>',
        '<a href="https://a.b/two words">x</a>',
        f'<a href="https://a.b/{"x" * 2000}">x</a>',
        f'<a href="https://a.b/{"ż" * 400}">x</a>',
        '<img src="https://a.b/i.png">',
    ],
    ids=lambda html: html[:40],
)
def test_what_leads_straight_where_it_leads(html: str):
    found, _, links = email(html)
    assert "<0>" not in found
    assert links == ()


def test_a_link_left_alone_in_html_is_left_alone_in_the_text():
    _, text, links = email('<a href="https://a.b/1" data-no-track="">x</a>', "https://a.b/1 https://a.b/2")
    assert text == "https://a.b/1 <0>"
    assert links == ("https://a.b/2",)


def test_a_value_of_a_person_can_make_no_mark():
    _, text, links = email(
        "<p>x</p>", "{{ customer.first_name }} https://a.b", customer={"first_name": "\x020\x02"}
    )
    assert text == "0 <0>"
    assert links == ("https://a.b",)


def test_links_made_of_values_are_each_persons_own():
    _, text, links = email("<p>x</p>", "https://a.b/{{ customer.id }}", customer={"id": 7})
    assert (text, links) == ("<0>", ("https://a.b/7",))


def test_an_email_without_html():
    answer = counted(job("email", CLICKS, email={"en": {"subject": "S", "text": "https://a.b"}}))
    assert isinstance(answer.content, EmailContent)
    assert answer.content.text.startswith("<0>")
    assert (answer.content.html, answer.links) == ("", ("https://a.b",))


def test_the_picture_stands_before_the_end():
    part = {"subject": "S", "html": "<p>x</p>", "text": "t"}
    answer = counted(job("email", {}, email={"en": part}), counted=None, pixel="https://pixel.example/1")
    assert isinstance(answer.content, EmailContent)
    pixel = '<img src="https://pixel.example/1" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">'
    assert answer.content.html.count(pixel) == 1
    assert answer.content.html.partition(pixel)[2].startswith("</body>")
    assert "pixel" not in answer.content.text


@pytest.mark.parametrize("html", ["<html><body><p>100 %</p></body></html>", "<p>no end</p>"])
def test_our_own_look_at_a_letter_is_without_the_picture(html: str):
    assert without_pixel(with_pixel(html, "https://pixel.example/o/abc_-1")) == html
    assert without_pixel(html) == html


def test_an_email_without_html_has_no_picture():
    answer = counted(
        job("email", {}, email={"en": {"subject": "S", "text": "t"}}), pixel="https://pixel.example/1"
    )
    assert isinstance(answer.content, EmailContent)
    assert answer.content.html == ""
    assert "pixel" not in answer.content.text


@pytest.mark.parametrize(
    ("url", "after", "links"),
    [
        ("https://a.b/1", "<0>", ("https://a.b/1",)),
        ("shop://cart", "shop://cart", ()),
        ("", "", ()),
    ],
)
def test_a_push_notification(url: str, after: str, links: tuple[str, ...]):
    answer = counted(job("push", CLICKS, push={"en": {"title": "T", "body": "B", "url": url}}))
    assert isinstance(answer.content, PushContent)
    assert (answer.content.url, answer.links) == (after, links)


def test_a_text_message_stays_as_short_as_it_is_written():
    answer = counted(job("sms", CLICKS, sms={"en": "Go https://a.b"}))
    assert isinstance(answer.content, SmsContent)
    assert answer.content.text == "Go https://a.b"
