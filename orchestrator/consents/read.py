"""Read what people allow, for many at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from orchestrator.consents.models import Consent, ConsentState


@dataclass(frozen=True, slots=True)
class Question:
    """May this customer be written to, here, for this purpose, about this topic ("" = about nothing special)?"""

    customer_id: int
    brand_id: int
    channel: str
    purpose: str = "marketing"
    topic: str = ""


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """The answer, and its proof. `state` "" = they never said anything. `topic_withdrawn` stands beside it."""

    state: str = ""
    topic_withdrawn: bool = False
    record_id: int | None = None
    number: int | None = None
    recorded_at: datetime | None = None
    source: str = ""
    text_version: str = ""

    @property
    def granted(self) -> bool:
        """Whether the channel and purpose are allowed and the topic is not withdrawn."""
        return self.state == ConsentState.GRANTED and not self.topic_withdrawn


def load(questions: Collection[Question]) -> dict[Question, ConsentFacts]:
    """Answer every question, in one query."""
    rows = Consent.objects.filter(
        customer__in={question.customer_id for question in questions},
        topic__in={"", *(question.topic for question in questions)},
    ).values_list(
        "customer", "brand", "channel", "purpose", "topic", "state", "record", "record__number",
        "record__recorded_at", "record__source", "record__text_version",
    )  # fmt: skip
    found = {Question(*row[:5]): row[5:] for row in rows}
    return {question: _answer(question, found) for question in questions}


def load_for(
    customer_ids: Collection[int], brand_id: int, channel: str, purpose: str = "marketing", topic: str = ""
) -> dict[int, ConsentFacts]:
    """Answer one question about many customers, in one query."""
    questions = [Question(customer_id, brand_id, channel, purpose, topic) for customer_id in customer_ids]
    return {question.customer_id: facts for question, facts in load(questions).items()}


def _answer(question: Question, found: dict[Question, tuple]) -> ConsentFacts:  # type: ignore[type-arg]
    place = (question.customer_id, question.brand_id, question.channel, question.purpose)
    everything, topic = found.get(Question(*place, "")), found.get(Question(*place, question.topic))
    withdrawn = bool(question.topic and topic and topic[0] == ConsentState.WITHDRAWN)
    if everything is None:
        return ConsentFacts(topic_withdrawn=withdrawn)
    state, record_id, number, recorded_at, source, text_version = everything
    return ConsentFacts(state, withdrawn, record_id, number, recorded_at, source, text_version)
