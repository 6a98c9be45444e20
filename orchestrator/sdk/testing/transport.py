"""A transport without a network: it records every request and answers from a script."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from orchestrator.sdk import Request, Response, TransportError

Answer = Response | Exception | Callable[[Request], Response]


class FakeTransport:
    """Answers requests with `responses` in turn, the last of them for ever: a Response, an exception, or a function.

    `requests` holds all that was sent, `attempts` also what never left (an exception with `sent=False`).
    """

    def __init__(self, responses: Iterable[Answer] | Answer = ()) -> None:
        one = isinstance(responses, Response | Exception) or callable(responses)
        self.responses: list[Answer] = [responses] if one else list(responses)  # type: ignore[list-item,arg-type]
        self.requests: list[Request] = []
        self.attempts: list[Request] = []

    async def request(self, request: Request, *, timeout: float = 10.0) -> Response:
        """Record `request` and answer it. Never waits: a time-out is an exception in the script."""
        if timeout <= 0:
            raise ValueError("A timeout is a positive number of seconds.")
        self.attempts.append(request)
        answer = self._next()
        if not (isinstance(answer, TransportError) and not answer.sent):
            self.requests.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, Response) else answer(request)

    def _next(self) -> Answer:
        if not self.responses:
            raise AssertionError(
                "The provider made a request, and FakeTransport(responses) holds no answer to it."
            )
        return self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
