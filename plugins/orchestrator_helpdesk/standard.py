"""Any helpdesk, or a job of one's own, that sends Standard Webhooks of the types ticket.opened, ticket.closed, ticket.rated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orchestrator.sdk import Connected, Fact, Request, Source, Who, check_standard, read_object
from orchestrator_helpdesk.tickets import Ticket, id_of, mapping, moment, rated, text


class Tickets(Source):
    """`{"type": "ticket.opened", "timestamp": …, "data": {"ticket_id": …, "customer": {…}}}`."""

    name, title = "tickets", "Standard Webhooks (ticket.*)"
    steps = (
        "Send Standard Webhooks (standardwebhooks.com) to {url}",
        "Sign them with this secret: {secret}",
        "docs/sources.md has the bodies of ticket.opened, ticket.closed and ticket.rated.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """By the three headers of the specification; a signature is good for five minutes."""
        check_standard(dict(request.headers), request.body, connected.secrets, connected.now)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """By its type."""
        said = read_object(request.body)
        kind, data = text(said.get("type")), mapping(said.get("data"))
        if kind not in ("ticket.opened", "ticket.closed", "ticket.rated"):
            return ()
        at, number = (
            moment(said.get("timestamp"), "timestamp"),
            connected.prefix + id_of(data.get("ticket_id")),
        )
        who = _who(mapping(data.get("customer")))
        if kind == "ticket.rated":
            score, of = data.get("score"), data.get("of")
            if type(score) is not int or type(of) is not int:
                raise ValueError("score and of must be whole numbers")
            return [rated(who, number, score, of, at)]
        if kind == "ticket.closed":
            return Ticket(number, who, "closed", at, closing=text(data.get("closing"))).facts()
        about = {"priority": text(data.get("priority")), "type": text(data.get("type"))}
        return Ticket(number, who, "open", at, at, about=about).facts()


def _who(said: Mapping[str, Any]) -> Who:
    return Who(
        text(said.get("external_id")), text(said.get("email")), text(said.get("phone")), text(said.get("first_name")),
        text(said.get("last_name")), text(said.get("language")), text(said.get("country")),
    )  # fmt: skip
