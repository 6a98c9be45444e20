"""The rules on contents and people: every letter arrives, and nobody is named in a log."""

from __future__ import annotations

import copy
import logging

from orchestrator.sdk import Accepted
from orchestrator.sdk.testing.bench import ProviderBench
from orchestrator.sdk.testing.checks import check, lines_of
from orchestrator.sdk.testing.factories import text_of
from orchestrator.sdk.testing.gateway import Behaviour
from orchestrator.sdk.testing.logs import collect_logs

POLISH = "Zażółć gęślą jaźń, Łukaszu! 🎉👩‍👧 „cudzysłów” – €10\nDrugi wiersz = 100%\n.kropka na początku"


class PeopleRules(ProviderBench):
    """How a provider treats what it is given."""

    def test_every_letter_arrives(self) -> None:
        self._script(Behaviour.ACCEPT)
        message = self.make_message(text=POLISH)
        self._all(Accepted, self._send(self.make_provider(), [message]), 1)
        seen = [lines_of(delivery.text) for delivery in self.gateway.delivered]
        wanted = [lines_of(text_of(message.content))]
        check(seen == wanted, f"The other side read {seen!r} instead of {wanted!r}.")

    def test_messages_are_left_as_they_are(self) -> None:
        for behaviour in (Behaviour.ACCEPT, Behaviour.REJECT):
            if behaviour in self.unsupported:
                continue
            self._script(behaviour)
            provider = self.make_provider()
            messages = self._messages(min(2, provider.max_batch))
            before = copy.deepcopy(messages)
            self._send(provider, messages)
            check(messages == before, "The provider changed a message: they are the engine's.")

    def test_people_stay_out_of_errors_and_logs(self) -> None:
        message = self.make_message(text="canary-words-of-a-message")
        canaries = (message.recipient, message.recipient.lstrip("+"), "canary-words-of-a-message")
        for behaviour in Behaviour:
            if behaviour in self.unsupported:
                continue
            self._script(behaviour)
            with collect_logs(logging.DEBUG, self.ignored_loggers) as lines:
                lines += self._told(message)
            for line in lines:
                check(
                    not any(canary in line for canary in canaries),
                    f"With the other side at {behaviour}, a log line, error or detail holds the recipient or the "
                    "words of the message: say what went wrong without them.",
                )
