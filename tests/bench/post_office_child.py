"""django-post_office in a process of its own: letters by its `send_many` or one by one, then its queue sent.

{"do": "send_many" | "one_by_one", "people": n, "processes": n} answers the seconds.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from post_office import mail  # noqa: E402
from post_office.models import STATUS, Email, EmailTemplate  # noqa: E402

from tests.bench.journeys import HTML  # noqa: E402

LOCK = os.path.join(os.environ["VAR_DIR"], "post_office")
SENDER = "shop@example.com"
AS_DJANGO_WRITES_IT = {"default('you')": "default:'you'"}


def main() -> None:
    """Serve until the parent closes our standard input."""
    logging.getLogger("post_office").setLevel(logging.WARNING)
    call_command("migrate", "post_office", verbosity=0)
    html = HTML
    for ours, theirs in AS_DJANGO_WRITES_IT.items():
        html = html.replace(ours, theirs)
    EmailTemplate.objects.create(name="offer", subject="{{ customer.first_name }}", html_content=html)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        told = json.loads(line)
        print(json.dumps({"seconds": _timed(told)}), flush=True)


def _timed(told: Mapping[str, Any]) -> float:
    Email.objects.all().delete()
    began = time.monotonic()
    WAYS[told["do"]]([_letter(number) for number in range(told["people"])])
    mail.send_queued_mail_until_done(LOCK, processes=told["processes"], log_level=1)
    seconds = time.monotonic() - began
    connections.close_all()  # its processes have closed ours, which they were forked with
    left = Email.objects.exclude(status=STATUS.sent).count()
    if left:
        raise SystemExit(f"post_office has not sent {left} letters")
    return seconds


def _letter(number: int) -> dict[str, Any]:
    customer = {"first_name": f"Anna {number}", "tier": "gold" if number % 3 == 0 else "basic"}
    return {
        "recipients": [f"p{number}@example.com"],
        "sender": SENDER,
        "template": "offer",
        "context": {"customer": customer, "brand": {"name": "My shop"}},
    }


def _one_by_one(letters: list[dict[str, Any]]) -> None:
    for letter in letters:
        mail.send(**letter)


WAYS: Mapping[str, Callable[[list[dict[str, Any]]], object]] = {
    "send_many": mail.send_many,
    "one_by_one": _one_by_one,
}

if __name__ == "__main__":
    main()
