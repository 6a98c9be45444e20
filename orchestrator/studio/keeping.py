"""What the studio says of each class of data that has an end: why it goes, what the law says, and what is lost with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

_MINIMAL = _("RODO art. 5(1)(e): no longer than the purpose needs.")


@dataclass(frozen=True, slots=True)
class Words:
    """`why` it goes, the `law` where there is one, and what is `lost` with it."""

    why: Any
    lost: Any
    law: Any = ""


WORDS: Mapping[str, Words] = {
    "decision": Words(
        _("Each answer of the gate is a row; after some months nobody asks why."),
        _("“Why” has no answer for messages that are older."),
        _MINIMAL,
    ),
    "attempt": Words(
        _("Each call of a provider is a row; it is of use while a message can be asked about there."),
        _("What a provider answered to older messages is not known any more."),
    ),
    "step_run": Words(
        _("Each step that somebody takes is a row; the canvas counts the newest."),
        _("Where people of finished passages went is not known any more; that they passed is."),
        _MINIMAL,
    ),
    "receipt": Words(
        _(
            "Reports of providers; a provider may repeat one for weeks, which the row keeps from being counted twice."
        ),
        _("A report that comes again after that counts again. Openings and clicks stay as events."),
    ),
    "mailbox": Words(
        _(
            "Whole messages that stayed in the house, with names and addresses; they are there to be looked at."
        ),
        _("Older messages cannot be opened any more."),
        _MINIMAL,
    ),
    "context": Words(
        _("What a message was rendered from: names, prices, recommendations. Only a retry needs it again."),
        _("Older messages cannot be shown as they were; links in them go on working."),
        _MINIMAL,
    ),
    "message": Words(
        _(
            "A message's address and what the journey told its template. Its row stays, with every time and state."
        ),
        _(
            "The address is not told any more, only its hash; caps count as before. The page behind a link no longer"
            " names the journey."
        ),
        _MINIMAL,
    ),
    "body": Words(
        _("The rest of a message's body: its languages and where its links lead."),
        _("Links in older messages lead nowhere, and are not counted."),
    ),
    "entry": Words(
        _(
            "What the event said that let somebody in. The passage stays: whether they may enter again goes by it."
        ),
        _("By what somebody came in is not told any more for older passages."),
        _MINIMAL,
    ),
    "simulation": Words(
        _("A simulation of long ago speaks of people and rules that have changed since."),
        _("It can be run again, with another answer."),
    ),
    "alarm": Words(_("Alarms that are over."), _("When something went wrong before is not told any more.")),
    "notice": Words(
        _("Whom an alarm was told to, once it has been."),
        _("Whether somebody was told in time cannot be shown."),
    ),
    "launch": Words(
        _("Launches that are over. Who came in stays among the passages."),
        _(
            "The numbers of older launches are gone. A journey with such a launch's day cannot be published again."
        ),
    ),
    "journal": Words(
        _("Who changed what in the studio. It names staff, and rows of customers."),
        _("Who changed something before is not told any more."),
        _("RODO art. 5(2): keep it as long as somebody may have to account for a change."),
    ),
    "session": Words(_("Logins that have run out let nobody in."), _("Nothing.")),
    "past_message": Words(
        _("What the system before this one sent to people: by then it is in no window of a frequency cap."),
        _("Older ones are not told any more, and scores count without them."),
    ),
    "dead_letter": Words(
        _(
            "Calls to /v1 that were not taken, word for word: they may name people whom nobody finds by an id."
        ),
        _("What was not taken by then can be taken no more."),
        _MINIMAL,
    ),
    "delivery": Words(
        _(
            "What shops and helpdesks told that was not taken, word for word: it may name people whom nobody finds by an id."
        ),
        _("What was not taken by then can be taken no more."),
        _MINIMAL,
    ),
    "call_told": Words(
        _("Calls of webhooks that were told: which fact, when, and what the receiver answered."),
        _("That another system was told of something cannot be shown any more, nor told again."),
        _MINIMAL,
    ),
    "call_given_up": Words(
        _(
            "Calls of webhooks that were given up, and those that have waited as long for a webhook that is switched off."
        ),
        _("They cannot be told again: the receiver has to look up what it has missed."),
        _MINIMAL,
    ),
    "event": Words(
        _("What people did. The last event of each name of each person stays, however old it is."),
        _(
            "Rules that count, add up or choose among older events count less; milestones are met later,"
            " usual intervals are guessed from fewer purchases, and simulations cannot go back further."
        ),
        _MINIMAL,
    ),
    "consent_proof": Words(
        _("The words and the proof of consents that others have replaced. What holds now always stays."),
        _("That somebody had consented then can be told, and no longer shown word for word."),
        _(
            "RODO art. 7(1): consent must be shown, for as long as claims may be brought: six years, for a business"
            " three (Civil Code art. 118)."
        ),
    ),
    "quiet": Words(
        _("People of whom nothing was heard: their data is only kept from then on, as art. 18 has it."),
        _(
            "They get nothing until somebody lifts it. Whoever is restricted is never erased by age: choose one of the two."
        ),
        _MINIMAL,
    ),
    "inactive": Words(
        _("People of whom nothing was heard: no event, no answer to a message, no word about consent."),
        _(
            "They are erased for good, as if they had asked for it. Who is in a journey, or has points, stays."
        ),
        _MINIMAL,
    ),
    "duplicate": Words(
        _("Pairs of customers who were merged, or are no longer alike. That two are two people is kept."),
        _("Who merged them is told by the audit log alone."),
        _MINIMAL,
    ),
    "search": Words(
        _("How each search for duplicates went: numbers, and nobody's data."),
        _("How many were compared before is not told any more."),
    ),
}
KEPT: Mapping[str, Any] = {
    "person": _("who people are: until they are erased"),
    "holds_now": _("what holds of a person now: until they say otherwise, or are erased"),
    "setting": _("settings, texts and versions: nobody's data, and what older messages are explained by"),
    "answered_for": _(
        "who let what run, and why it was stopped: few rows, for which somebody may have to answer"
    ),
    "audit": _("the audit log: each entry holds the one before it, and none names a customer"),
    "balance": _("sums, by which budgets and balances of points are known"),
    "passing": _("what is overwritten or goes by itself"),
    "account": _("how staff sign in, which goes with their account"),
}
