"""No page of the studio has anything inline or evaluated, which its policy would keep out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
import unfold
from django.test import Client
from django.urls import reverse

from orchestrator.messaging.models import MailboxMessage, Template
from orchestrator.studio.framed import POLICY
from tests.studio.every_page import every_page, shown
from tests.studio.sample import Sample

ROOT = Path(__file__).parents[2]
SAID = (ROOT / "frontend/src/alpine/unfold.ts").read_text(encoding="utf-8")
DIRECTIVE = re.compile(r"x-(data|init|show|bind|text|html|on|model|for|if|effect|sort)\b|[:@]")
# What Alpine's build for strict policies cannot read: statements, functions, templates, and what is global.
UNREADABLE = re.compile(
    r";\s*\S|=>|`|^\s*(if|let|const)\b|\b(window|document|localStorage|console|location)\."
)
POLICY_OF_PAGES = {
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "font-src 'self'",
    "connect-src 'self'", "frame-src 'self'", "form-action 'self'", "manifest-src 'self'", "base-uri 'none'",
    "object-src 'none'", "frame-ancestors 'none'",
}  # fmt: skip


class Inline(HTMLParser):
    """What of a page a policy without `unsafe-inline` and `unsafe-eval` would keep out."""

    def __init__(self, nonce: str) -> None:
        super().__init__()
        self.nonce, self.found, self.directives = nonce, list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.found += [f"<{tag} {name}={value!r}>" for name, value in given.items() if self._bad(name, value)]
        if tag == "style" and given.get("nonce") != self.nonce:
            self.found.append("<style> without the page's nonce")
        if tag == "script" and "src" not in given and given.get("type") != "application/json":
            self.found.append("<script> without src")

    def _bad(self, name: str, value: str) -> bool:
        if name in ("style", "srcdoc") or re.fullmatch("on[a-z]+", name):
            return True
        if value.strip().lower().startswith("javascript:"):
            return True
        if not DIRECTIVE.match(name):
            return False
        self.directives += 1
        return bool(UNREADABLE.search(value)) and value.strip() not in SAID


def looked_at(client: Client) -> Iterator[tuple[str, Inline, str]]:
    for page in shown(every_page(), client):
        answer = client.get(page.path)
        policy = answer.headers.get("Content-Security-Policy", "")
        nonce = found[1] if (found := re.search("'nonce-([^']+)'", policy)) else ""
        inline = Inline(nonce)
        inline.feed(answer.text)
        yield page.name, inline, policy.replace(f" 'nonce-{nonce}'", "")


def test_no_page_of_the_studio_has_anything_inline(marketer: Client, sample: Sample) -> None:
    pages = list(looked_at(marketer))
    assert [name for name, _, policy in pages if set(policy.split("; ")) != POLICY_OF_PAGES] == []
    assert [f"{name}: {line}" for name, inline, _ in pages for line in inline.found] == []
    assert len({inline.nonce for _, inline, _ in pages}) > len(pages) - 5  # a nonce is of one answer
    assert sum(inline.directives for _, inline, _ in pages) > 1000  # unfold's, which were looked at


@pytest.mark.parametrize(
    "page",
    [
        '<p style="color: red">', "<a href='javascript:x()'>", '<b onclick="x()">', "<script>x()</script>", "<style></style>",
        '<p x-data="{a: window.b}">', '<p x-on:click="a(); b()">', '<p @click="a => 1">', '<iframe srcdoc="x">',
    ],
)  # fmt: skip
def test_what_is_inline_is_found(page: str) -> None:
    inline = Inline("n")
    inline.feed(page)
    assert len(inline.found) == 1


def test_our_frame_of_a_page_is_still_unfolds() -> None:
    # Ours stands in its place: when unfold changes its own, read both and say so here.
    theirs = Path(unfold.__file__).parent / "templates/unfold/layouts/skeleton.html"
    assert (
        hashlib.sha256(theirs.read_bytes()).hexdigest()
        == "66af9f0bb45f98ba4e16ba5e5a11f36d87b8e07430d19066d088b29548491c2e"
    )


def test_an_email_in_the_mailbox_is_sealed(marketer: Client, sample: Sample) -> None:
    kept = MailboxMessage.objects.filter(channel="email").latest("id")
    content = {"html": "<p style='color:red'>Cześć</p><script>x()</script>"}
    MailboxMessage.objects.filter(pk=kept.pk).update(content=content)
    answer = marketer.get(reverse("admin:messaging_mailboxmessage_letter", args=[kept.pk]))
    assert (answer.status_code, "Cześć" in answer.text) == (200, True)
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert POLICY.endswith("sandbox allow-popups allow-popups-to-escape-sandbox")


def test_a_letter_that_is_written_comes_back_sealed(marketer: Client, sample: Sample) -> None:
    template = Template.objects.get(pk=sample.template.pk)
    url = reverse("admin:messaging_template_editor_letter", args=[template.pk])
    assert marketer.get(url).status_code == 405
    answer = marketer.post(url, {"document": "<p style='color:red'>Cześć</p>"})
    assert (answer.status_code, answer.text) == (200, "<p style='color:red'>Cześć</p>")
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = marketer.cookies
    assert strict.post(url, {"document": "x"}).status_code == 403
