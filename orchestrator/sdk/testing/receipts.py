"""The rules on receipts: true ones are read, forged ones refused."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.sdk import Receipt, SignatureInvalid
from orchestrator.sdk.testing.bench import ProviderBench
from orchestrator.sdk.testing.checks import check, fail


class ReceiptRules(ProviderBench):
    """How a provider reads the later reports."""

    def test_true_receipts_are_read(self) -> None:
        provider = self._with_receipts()
        request = self.signed_receipt()
        first, second = list(provider.parse_receipts(request)), list(provider.parse_receipts(request))
        check(bool(first) and all(isinstance(r, Receipt) for r in first), "A true receipt gave no Receipt.")
        check(first == second, "The same receipt read twice gave two answers: parse_receipts must be pure.")

    def test_forged_receipts_are_refused(self) -> None:
        provider = self._with_receipts()
        true = self.signed_receipt()
        flipped = true.body[:-1] + bytes([true.body[-1] ^ 1]) if true.body else b"x"
        forgeries = {
            "a changed body": replace(true, body=flipped),
            "an added byte": replace(true, body=true.body + b" "),
            "no headers": replace(true, headers={}),
        }
        for what, forged in forgeries.items():
            try:
                provider.parse_receipts(forged)
            except SignatureInvalid:
                continue
            except Exception as error:
                fail(f"A receipt with {what} raised {type(error).__name__}; raise SignatureInvalid.")
            fail(f"A receipt with {what} was believed: verify the signature first.")
