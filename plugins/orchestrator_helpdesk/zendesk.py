"""Zendesk: webhooks of triggers with the JSON that docs/sources.md has, signed, with a timestamp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.sdk import (
    Connected,
    Fact,
    Request,
    SignatureInvalid,
    Source,
    Who,
    check_fresh,
    check_hmac,
    read_object,
)
from orchestrator_helpdesk.tickets import Ticket, id_of, mapping, moment, names, rated, text

RATINGS = {"bad": 1, "offered": 0, "good": 2}


class Zendesk(Source):
    """What a trigger sends names the requester with their address; Zendesk's own ticket events do not, and are left."""

    name, title, secret = "zendesk", "Zendesk", "theirs"
    steps = (
        "In Zendesk's Admin Center open Apps and integrations → Webhooks, and create one for a trigger. URL: {url} Method:"
        " POST. Format: JSON.",
        "Its page shows a signing secret: enter it here as the secret.",
        "Under Objects and rules → Triggers make one for “Ticket is created” and one for “Status changed”, which notify this"
        " webhook with the JSON body that docs/sources.md has.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """Over the timestamp and the body; a signature is good for five minutes."""
        stamp = request.headers.get("x-zendesk-webhook-signature-timestamp", "")
        given = request.headers.get("x-zendesk-webhook-signature", "")
        check_hmac(given, connected.secrets, stamp.encode("utf-8", "replace") + request.body)
        try:
            check_fresh(moment(stamp, "the timestamp").timestamp(), connected.now)
        except ValueError:
            raise SignatureInvalid("the timestamp of the signature is none") from None

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """A trigger's ticket; nothing of any other body."""
        said = mapping(read_object(request.body).get("ticket"))
        return ticket_facts(said, connected) if said else ()


def ticket_facts(said: Mapping[str, Any], connected: Connected) -> list[Fact]:
    """Opened, closed, rated."""
    who = _who(mapping(said.get("requester")))
    at = moment(said.get("updated_at") or said.get("created_at"), "updated_at")
    number = connected.prefix + id_of(said.get("id"))
    about = {"priority": text(said.get("priority")).lower(), "type": text(said.get("type")).lower()}
    facts = Ticket(
        number, who, text(said.get("status")), at, moment(said.get("created_at"), "created_at"), about=about
    ).facts()
    rating = text(said.get("rating")).lower()
    if score := RATINGS.get(rating.split(" ")[0], 0):
        facts.append(rated(who, number, score, 2, at))
    return facts


def _who(said: Mapping[str, Any]) -> Who:
    first, last = names(text(said.get("name")))
    return Who(text(said.get("external_id")), text(said.get("email")), text(said.get("phone")), first, last)
