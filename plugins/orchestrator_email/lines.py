"""Over how many connections a batch goes: a far mail server is given several letters at the same time.

Next door, a letter takes a fraction of a millisecond, and one connection keeps a processor busy. Over the internet it
takes fifty, spent on waiting: there, four connections send four times as much.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import pairwise

from orchestrator.sdk import Deferred, ProviderUnavailable, Result, Unknown
from orchestrator_email.mime import Letter

HandOver = Callable[[Sequence[Letter]], Sequence[Result]]
NEAR = 0.005  # seconds a letter
FEW = 5  # letters for which a connection more is not worth its opening


class Lines:
    """Knows how long the last letters took, and divides the next ones accordingly. `most`: connections at once."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._each = 0.0  # seconds that a letter takes its connection

    def send(self, letters: Sequence[Letter], hand_over: HandOver) -> list[Result]:
        """One result for each letter, in order. Raises what `hand_over` does where there is one connection only.

        Of several, each that fails answers for its own letters: what the others have sent is known all the same.
        """
        count, began = self._count(len(letters)), time.monotonic()
        if count == 1:
            results = list(hand_over(letters))
        else:
            results = _side_by_side(_shares(letters, count), hand_over)
        self._each = (time.monotonic() - began) * count / len(letters)
        return results

    def _count(self, letters: int) -> int:
        return 1 if self._each < NEAR else max(1, min(self.most, letters // FEW))


def _side_by_side(shares: Sequence[Sequence[Letter]], hand_over: HandOver) -> list[Result]:
    pool = _pool(os.getpid())
    begun = [pool.submit(hand_over, share) for share in shares]
    failed = [future.exception() for future in begun]
    if all(isinstance(error, ProviderUnavailable) for error in failed):
        raise failed[0]  # type: ignore[misc]  # all of them are, so nothing has left
    return [result for share, future in zip(shares, begun, strict=True) for result in _read(share, future)]


def _read(share: Sequence[Letter], future: Future[Sequence[Result]]) -> Sequence[Result]:
    error = future.exception()
    if error is None:
        return future.result()
    if isinstance(error, ProviderUnavailable):
        return [Deferred(error.retry_after, error.detail) for _ in share]
    return [Unknown(f"a connection failed ({type(error).__name__})") for _ in share]


def _shares(letters: Sequence[Letter], count: int) -> list[Sequence[Letter]]:
    """In order, as equal as they can be."""
    cuts = [len(letters) * place // count for place in range(count + 1)]
    return [letters[start:end] for start, end in pairwise(cuts)]


@cache
def _pool(process: int) -> ThreadPoolExecutor:
    """This process's: a fork has none of its parent's threads. Its threads are begun as they are needed."""
    return ThreadPoolExecutor(64, thread_name_prefix="smtp")
