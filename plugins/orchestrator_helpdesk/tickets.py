"""TICKETS: a ticket's life as facts, whichever helpdesk tells of it. Its words are never read: they are none of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from orchestrator.sdk import Fact, Happened, Who, ticket_key

CLOSED = ("solved", "closed", "resolved")


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as it stands. `opened_at` None: not told, and then its opening is not either.

    `closing`: what tells one closing from another: a number, or the moment.
    """

    id: str
    who: Who
    status: str
    at: datetime
    opened_at: datetime | None = None
    closing: str = ""
    about: Mapping[str, str] = ()  # type: ignore[assignment]

    def facts(self) -> list[Fact]:
        """It was opened, and where its state says so it is closed. An opening has one key, so it is stored once."""
        said = {"ticket_id": self.id, **{name: value for name, value in dict(self.about).items() if value}}
        facts: list[Fact] = []
        if self.opened_at is not None:
            facts.append(
                Happened(self.who, "ticket.opened", self.opened_at, ticket_key("opened", self.id), None, said)
            )
        if self.status.strip().lower() in CLOSED:
            nth = self.closing or self.at.strftime("%Y%m%dT%H%M%S")
            key = ticket_key("closed", self.id, nth)
            facts.append(Happened(self.who, "ticket.closed", self.at, key, None, {"ticket_id": self.id}))
        return facts


def rated(who: Who, ticket: str, score: int, of: int, at: datetime) -> Happened:
    """How content they were (CSAT): `score` of `of`. The same answer is one; another answer is another."""
    said = {"ticket_id": ticket, "score": score, "of": of}
    return Happened(
        who, "ticket.rated", at, ticket_key("rated", ticket, f"{score}:{at:%Y%m%dT%H%M%S}"), None, said
    )


def text(value: Any) -> str:
    """A text or a number as text; "" for anything else."""
    return str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""


def mapping(value: Any) -> Mapping[str, Any]:
    """An object; an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def id_of(value: Any) -> str:
    """The number of a ticket, which must be there."""
    if not (found := text(value)):
        raise ValueError("the number of the ticket is missing")
    return found


def moment(value: Any, what: str) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        found = datetime.fromisoformat(text(value))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{what} is no time: {text(value)[:40] or 'it is empty'}") from None


def names(whole: str) -> tuple[str, str]:
    """First and last name of a whole one."""
    first, _, last = whole.strip().partition(" ")
    return first, last.strip()
