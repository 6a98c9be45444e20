"""Texts of consents: write a version, publish it, and take its exact words into the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from orchestrator.consents.models import ConsentState, ConsentText
from orchestrator.consents.record import Statement
from orchestrator.workspace.models import Brand


def add_version(text: ConsentText) -> ConsentText:
    """Store it as the next version of its brand and key. The brand's row is locked: two at once get two numbers."""
    with transaction.atomic():
        Brand.objects.select_for_update().get(pk=text.brand_id)
        others = ConsentText.objects.filter(brand=text.brand_id, key=text.key)
        text.version = (others.aggregate(last=Max("version"))["last"] or 0) + 1
        text.save(force_insert=True)
    return text


def publish(text: ConsentText, now: datetime) -> bool:
    """Let it be shown to people; from here on it never changes. Answer whether it was a draft until now.

    ValueError where it has no words or covers no channel.
    """
    with transaction.atomic():
        stored = ConsentText.objects.select_for_update().get(pk=text.pk)
        if stored.published_at is not None:
            return False
        if not stored.channels or not any(words.strip() for words in stored.text.values()):
            raise ValueError(f"{stored.name} has no words or no channel; write them before it is published")
        stored.published_at = now
        stored.save()
    text.published_at = now
    return True


def current(brand_id: int, key: str) -> ConsentText | None:
    """The newest published version, which people are shown now; None where there is none."""
    published = ConsentText.objects.filter(brand=brand_id, key=key).exclude(published_at=None)
    return published.order_by("-version").first()


def words_in(text: ConsentText, languages: Sequence[str]) -> tuple[str, str]:
    """The words and their language: the first of these that it is written in, else the first of its own by name."""
    written = {code: words for code, words in text.text.items() if words.strip()}
    code = next((one for one in languages if one in written), min(written, default=""))
    return code, written.get(code, "")


def statements(
    text: ConsentText,
    customer_id: int,
    state: ConsentState,
    source: str,
    *,
    languages: Sequence[str],
    proof: Mapping[str, Any],
) -> list[Statement]:
    """What somebody says who answers this text: one statement a channel, each with the exact words they saw.

    ValueError for a draft: nobody was shown it, so nobody can have agreed to it.
    """
    if text.published_at is None:
        raise ValueError(f"{text.name} is a draft; publish it before people are asked by it")
    language, words = words_in(text, languages)
    return [
        Statement(
            customer_id, channel, state, source, text.purpose, text.topic, text.brand_id,
            text=words, text_version=text.name, language=language, legal_basis=text.legal_basis, proof=proof,
        )
        for channel in text.channels
    ]  # fmt: skip
