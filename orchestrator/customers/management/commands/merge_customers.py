"""`manage.py merge_customers SURVIVOR MERGED`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orchestrator.customers.merge import MergeError, Pair, merge
from orchestrator.customers.models import Customer
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """Two customers are one person. What is the second's becomes the first's; nothing is sent because of it."""

    help = (
        "Merge two customers, named by their external ids: the first stays, and gets all that is the second's."
        " It cannot be undone. The same merge again changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who stays, and who is merged into them."""
        parser.add_argument("survivor", help="external id of the customer who stays")
        parser.add_argument("merged", help="external id of the customer who is merged into them")

    def handle(self, *args: Any, **options: Any) -> None:
        """Merge, then say whether there was anything to do."""
        survivor, merged = (_find(options[name]) for name in ("survivor", "merged"))
        try:
            done = merge([Pair(survivor, merged)], timezone.now(), command())
        except MergeError as error:
            raise CommandError(f"{error}.") from error
        told = "is merged into" if done else "was merged before into"
        self.stdout.write(f"{options['merged']} {told} {options['survivor']}.")


def _find(external_id: str) -> int:
    found = Customer.objects.filter(external_id=external_id).values_list("id", flat=True).first()
    if found is None:
        raise CommandError(
            f"There is no customer with the external id {external_id}. Look it up on the customer's page."
        )
    return found
