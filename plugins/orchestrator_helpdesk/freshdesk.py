"""Freshdesk: “Trigger webhook” of its automations, which signs nothing: a secret in a header of its own."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.sdk import Connected, Fact, Request, Source, Who, check_secret, read_object
from orchestrator_helpdesk.tickets import Ticket, id_of, mapping, moment, names, rated, text

STATUSES = {"2": "open", "3": "pending", "4": "resolved", "5": "closed"}
# Its scale of seven, from extremely unhappy to extremely happy.
RATINGS = {"-103": 1, "-102": 2, "-101": 3, "100": 4, "101": 5, "102": 6, "103": 7}


class Freshdesk(Source):
    """The webhook's “simple” content has the names of fields, its “advanced” one is what docs/sources.md has."""

    name, title = "freshdesk", "Freshdesk"
    steps = (
        "In Freshdesk open Admin → Workflows → Automations, and make a rule for “Ticket creation” and one for “Ticket updates”"
        " when the status changes, each with the action “Trigger webhook”.",
        "Request type: POST. URL: {url} Add the custom header X-Secret with this value: {secret}",
        "Encoding: JSON. Content: Advanced, with the body that docs/sources.md has.",
    )

    def verify(self, request: Request, connected: Connected) -> None:
        """By the header X-Secret."""
        check_secret(request.headers.get("x-secret", ""), connected.secrets)

    def read(self, request: Request, connected: Connected) -> Sequence[Fact]:
        """Opened, closed, rated."""
        whole = read_object(request.body)
        said = mapping(whole.get("freshdesk_webhook")) or mapping(whole.get("ticket"))
        if not said:
            return ()
        first, last = names(text(said.get("requester_name")))
        who = Who("", text(said.get("requester_email")), text(said.get("requester_phone")), first, last)
        number = connected.prefix + id_of(said.get("id"))
        changed = text(said.get("updated_at"))
        at = moment(changed, "updated_at") if changed else connected.now
        opened = text(said.get("created_at"))
        status = text(said.get("status"))
        about = {"priority": text(said.get("priority")).lower(), "type": text(said.get("type")).lower()}
        opened_at = moment(opened, "created_at") if opened else None
        facts = Ticket(number, who, STATUSES.get(status, status), at, opened_at, about=about).facts()
        if score := RATINGS.get(text(said.get("rating"))):
            facts.append(rated(who, number, score, 7, at))
        return facts
