"""A kept message is shown as its reader would see it, and can do nothing to the admin."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from orchestrator.messaging.models import MailboxMessage
from tests.studio.sample import Sample

HOSTILE = """<html><head><title>x</title></head><body onload="alert(1)"><script>parent.document.title='stolen'</script>
</iframe><img src=x onerror="alert(2)">"quoted" 'single' &amp; <a href="javascript:alert(3)">x</a></body></html>"""


class Tags(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def keep(channel: str, content: Any, subject: str = "Hello") -> str:
    row = MailboxMessage.objects.create(
        key="e" * 32, channel=channel, recipient="a@shop.example", subject=subject, content=content,
        composed_at=timezone.now(),
    )  # fmt: skip
    return reverse("admin:messaging_mailboxmessage_change", args=[row.pk])


def test_hostile_html_stays_in_a_frame_without_scripts(marketer: Client) -> None:
    url = keep("email", {"subject": "Hello", "text": "hi", "html": HOSTILE})
    text = marketer.get(url).text
    tags = Tags(text).found
    frames = [attrs for tag, attrs in tags if tag == "iframe"]
    assert len(frames) == 1
    allowed = set((frames[0]["sandbox"] or "").split())
    assert allowed == {"allow-popups", "allow-popups-to-escape-sandbox"}
    document = marketer.get(frames[0]["src"] or "").text
    assert document == HOSTILE.replace("<head>", '<head><base target="_blank">')
    assert not [attrs for tag, attrs in tags if "onload" in attrs or "onerror" in attrs]
    assert "parent.document.title='stolen'" not in text


def test_hostile_text_is_text_everywhere(marketer: Client) -> None:
    bad = "<script>alert(1)</script>"
    contents: list[tuple[str, Any]] = [
        ("email", {"subject": bad, "text": bad, "html": "", "sender_name": bad, "headers": {bad: bad}}),
        ("sms", {"text": bad, "parts": 2, "sender_name": bad}),
        ("push", {"title": bad, "body": bad, "url": "javascript:alert(1)", "image": bad}),
        ("pigeon", {"note": bad}),
        ("pigeon", [bad]),
    ]
    for channel, content in contents:
        url = keep(channel, content, bad)
        text = marketer.get(url).text
        assert bad not in text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
        assert not [
            attrs for tag, attrs in Tags(text).found if (attrs.get("href") or "").startswith("javascript:")
        ]
        MailboxMessage.objects.all().delete()


def test_an_email_without_a_head_still_opens_links_outside_the_frame(marketer: Client) -> None:
    text = marketer.get(keep("email", {"html": "<p>Hi</p>", "text": "Hi"})).text
    frame = next(attrs for tag, attrs in Tags(text).found if tag == "iframe")
    assert marketer.get(frame["src"] or "").text == '<!doctype html><base target="_blank"><p>Hi</p>'


def test_an_email_of_text_alone_shows_its_text_and_no_frame(marketer: Client) -> None:
    text = marketer.get(keep("email", {"html": "", "text": "Only words"})).text
    assert "<iframe" not in text
    assert "Only words" in text


def test_a_text_message_says_its_parts(marketer: Client, sample: Sample) -> None:
    sample.sms.content["parts"] = 3
    sample.sms.save()
    url = reverse("admin:messaging_mailboxmessage_change", args=[sample.sms.pk])
    assert "3 parts · 63 characters" in marketer.get(url).text
    assert "3 części · 63 znaki" in marketer.get(url, headers={"Accept-Language": "pl"}).text


def test_the_kept_message_and_its_decisions_lead_to_each_other(marketer: Client, sample: Sample) -> None:
    kept = reverse("admin:messaging_mailboxmessage_change", args=[sample.email.pk])
    text = marketer.get(kept).text
    message = next(
        attrs["href"]
        for tag, attrs in Tags(text).found
        if tag == "a" and (attrs.get("href") or "").startswith("/admin/messaging/message/")
        and "change" in (attrs["href"] or "")
    )  # fmt: skip
    assert f'href="{kept}"' in marketer.get(str(message)).text
