"""The rules on results: what a provider declares, and one result for each message, in order."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from datetime import timedelta

from orchestrator.sdk import Accepted, Deferred, Provider, Rejected, RejectReason, Result
from orchestrator.sdk.testing.bench import ProviderBench
from orchestrator.sdk.testing.checks import check
from orchestrator.sdk.testing.gateway import Behaviour

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")


class ResultRules(ProviderBench):
    """What a provider declares, and how it answers while all goes well."""

    def test_declares_its_name_channel_and_batch(self) -> None:
        provider = self.make_provider()
        for field in ("name", "channel"):
            value = getattr(provider, field, None)
            check(
                isinstance(value, str) and NAME.match(value) is not None,
                f"{field} is {value!r}: use lower case letters, digits and _, a letter first.",
            )
        check(
            type(provider.max_batch) is int and 1 <= provider.max_batch <= 10_000,
            f"max_batch is {provider.max_batch!r}: it is a number from 1 to 10000.",
        )

    def test_declares_a_class_it_can_keep(self) -> None:
        provider = self.make_provider()
        lasting = provider.idempotent
        check(
            lasting is None or (isinstance(lasting, timedelta) and lasting > timedelta(0)),
            f"idempotent is {lasting!r}: it says for how long keys are remembered, as a timedelta.",
        )
        written = type(provider).look_up is not Provider.look_up
        check(type(provider.queryable) is bool, f"queryable is {provider.queryable!r}: it is True or False.")
        check(
            written == provider.queryable, "`queryable` and a `look_up` of its own go together: both or none."
        )

    def test_one_message_is_accepted(self) -> None:
        self._accepts(1)

    def test_two_messages_are_accepted(self) -> None:
        self._accepts(min(2, self.make_provider().max_batch))

    def test_a_full_batch_is_accepted(self) -> None:
        self._accepts(self.make_provider().max_batch)

    def test_a_message_is_accepted_after_a_batch(self) -> None:
        self._script(Behaviour.ACCEPT)
        provider, messages = self.make_provider(), self._messages(3)
        self._send(provider, messages[: provider.max_batch])
        self._all(Accepted, self._send(provider, [self.make_message(9_999)]))

    def test_two_batches_at_the_same_time(self) -> None:
        self._script(Behaviour.ACCEPT)
        provider = self.make_provider()
        size = min(provider.max_batch, 3)
        batches = [tuple(self._messages(2 * size)[:size]), tuple(self._messages(2 * size)[size:])]

        async def both() -> list[Sequence[Result]]:
            return await asyncio.gather(*(provider.send(batch, self.transport) for batch in batches))

        for results in asyncio.run(both()):
            self._all(Accepted, results, size)
        taken = sorted(delivery.recipient for delivery in self.gateway.delivered)
        check(
            taken == sorted(m.recipient for batch in batches for m in batch),
            "Of two batches sent at the same time, not every message arrived exactly once.",
        )

    def test_refusals_are_told_in_order(self) -> None:
        self._mixed(Behaviour.REJECT, Rejected)

    def test_deferrals_are_told_in_order(self) -> None:
        self._mixed(Behaviour.DEFER, Deferred)

    def test_a_refused_message_is_rejected_with_a_reason(self) -> None:
        self._script(Behaviour.REJECT)
        results = self._send(self.make_provider(), [self.make_message()])
        self._all(Rejected, results, 1)
        reasons = [result.reason for result in results if isinstance(result, Rejected)]
        check(all(isinstance(r, RejectReason) for r in reasons), f"{reasons[0]!r} is not a RejectReason.")
        self._nothing_taken()

    def test_a_deferred_message_is_deferred(self) -> None:
        self._script(Behaviour.DEFER)
        self._not_now([self.make_message()])
