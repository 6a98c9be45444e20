"""The sink from outside, and Django's own way of sending to it."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from jinja2 import Environment

from tests.bench.bench import same
from tests.bench.crew import Child, child
from tests.bench.journeys import HTML


class Sink:
    """The mail server of a row."""

    def __init__(self, process: Child, port: int) -> None:
        self._process = process
        self.port = port

    @property
    def url(self) -> str:
        """What `EMAIL_URL` says to use it."""
        return f"smtp://127.0.0.1:{self.port}"

    def taken(self) -> int:
        """How many letters it has taken so far."""
        return int(self._process.ask({})["taken"])


@contextmanager
def sink() -> Iterator[Sink]:
    """A mail server of this row's own."""
    with child("tests.bench.sink") as process:
        yield Sink(process, int(process.hear()["port"]))


def capacity(sink: Sink, letters: int) -> float:
    """Letters a second that it takes from one client which waits for nothing: what it is able to, at least."""
    letter = b"MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n"
    letter += b"Subject: x\r\n\r\n" + b"x" * 70 + b"\r\n" * 60 + b"\r\n.\r\n"
    before, at_once = sink.taken(), 50
    with socket.create_connection(("127.0.0.1", sink.port), timeout=20) as connection:
        _read_answers(connection, 1)  # its greeting
        began = time.monotonic()
        for _ in range(letters // at_once):
            connection.sendall(letter * at_once)
            _read_answers(connection, 4 * at_once)
        seconds = time.monotonic() - began
    sent = letters // at_once * at_once
    same("letters pipelined", sink.taken() - before, sent)
    return sent / seconds


def _read_answers(connection: socket.socket, count: int) -> None:
    while count > 0:
        answers = connection.recv(65536)
        if not answers:
            raise ConnectionError("the sink has closed the connection")
        count -= answers.count(b"\r\n")


def django_rate(sink: Sink, letters: int) -> float:
    """Letters a second by Django's SMTP backend on one open connection: built and sent, nothing decided or written."""
    backend = EmailBackend(
        host="127.0.0.1", port=sink.port, username="", password="", use_tls=False, use_ssl=False
    )
    before, html = sink.taken(), _one_letter()
    backend.open()
    began = time.monotonic()
    for number in range(letters):
        message = EmailMultiAlternatives(
            "Anna, something for you", "Have a look", "shop@example.com", [f"p{number}@example.com"]
        )
        message.attach_alternative(html, "text/html")
        backend.send_messages([message])
    seconds = time.monotonic() - began
    backend.close()
    same("letters by Django", sink.taken() - before, letters)
    return letters / seconds


def _one_letter() -> str:
    said = {"customer": {"first_name": "Anna", "tier": "gold"}, "brand": {"name": "My shop"}}
    return Environment(autoescape=True).from_string(HTML).render(said)
