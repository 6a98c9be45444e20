"""The audit log's pages: a deed in words, before and after, and whether the chain is whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from orchestrator.studio import audit_lines
from orchestrator.workspace import audit_watch
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.models import AuditEntry, Brand, Workspace
from orchestrator.workspace.who import NOBODY, Who
from tests.studio.sample import Sample

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
LIST = "admin:workspace_auditentry_changelist"


def opened(client: Client, entry: AuditEntry) -> str:
    return client.get(reverse("admin:workspace_auditentry_change", args=[entry.number])).text


def test_an_entry_is_told_in_words_with_before_and_after(marketer: Client) -> None:
    brand = Brand.objects.get()
    entry = note(
        Action.CHANGED, User.objects.get(), brand, NOW, name=["Old", "New"], sender_name=["", "Shop"]
    )
    page = opened(marketer, entry)
    assert "Changed" in page
    assert f'<a class="st-link" href="/admin/workspace/brand/{brand.pk}/change/">brand “My shop”</a>' in page
    assert "<th>Name</th><td><del>Old</del>" in page
    assert "<ins>New</ins>" in page
    assert "<del>–</del>" in page
    assert entry.hash in page


def test_who_is_named_or_what_stands_for_one(db: None) -> None:
    named = [
        (Who("user", "7", "zofia"), "zofia"),
        (None, "system"),
        (Who("command", "", "root"), "command line: root"),
    ]
    named += [(Who("key", "3", "shop"), "API key: shop"), (NOBODY, "somebody not signed in")]
    assert [audit_lines.who(note(Action.CHANGED, by, now=NOW)) for by, _ in named] == [
        told for _, told in named
    ]


def test_what_is_not_kept_says_so_and_what_is_gone_has_no_link(marketer: Client, sample: Sample) -> None:
    entry = note(Action.CHANGED, None, Brand(pk=99999, name="Gone"), NOW, footer=None, version=3)
    page = opened(marketer, entry)
    assert "changed; the values are not kept here" in page
    assert "<th>Version</th><td>3</td>" in page
    assert "brand “Gone”" in page
    assert "/admin/workspace/brand/99999/" not in page


def test_details_are_escaped(marketer: Client) -> None:
    entry = note(Action.CHANGED, Who("user", "1", "<i>x"), None, NOW, **{"<b>y": ["<u>a", "<u>b"]})
    page = opened(marketer, entry)
    assert "<u>a" not in page
    assert "<b>y" not in page
    assert "<i>x" not in page


def test_the_list_says_whether_the_chain_is_whole(marketer: Client) -> None:
    assert "The chain was not verified yet" in marketer.get(reverse(LIST)).text
    audit_watch.look(NOW)
    count = AuditEntry.objects.count()
    assert f"The chain is whole up to number {count} (verified " in marketer.get(reverse(LIST)).text
    Workspace.objects.update(
        audit_checked={"at": NOW.isoformat(), "wrong": {"what": "changed", "number": 4, "to": 0}}
    )
    assert "The log is not as it was written: entry 4 was changed (found " in marketer.get(reverse(LIST)).text


@pytest.mark.parametrize(
    ("query", "count"),
    [("action=paused", 1), ("who=command", 1), ("subject=workspace.brand", 1), ("q=zofia", 1), ("q=zof", 0)],
)
def test_the_list_is_narrowed(marketer: Client, query: str, count: int) -> None:
    note(Action.PAUSED, Who("user", "7", "zofia"), now=NOW)
    note(Action.RESUMED, Who("command", "", "root"), Brand.objects.get(), NOW)
    key, _, value = query.partition("=")
    asked = {key if key in ("q", "subject") else f"{key}__exact": value}
    assert len(marketer.get(reverse(LIST), asked).context["cl"].result_list) == count
