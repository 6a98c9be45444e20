"""`manage.py erase_customer EXTERNAL_ID --yes`"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orchestrator.customers.erase import EraseError
from orchestrator.customers.keys import mark
from orchestrator.customers.models import Customer
from orchestrator.customers.ordered import erase_for_sure
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """A person wants to be forgotten."""

    help = (
        "Erase a customer, named by the external id: what is unsent is cancelled, what is personal goes, what can be"
        " counted stays. It cannot be undone. The same again takes away what has come since."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, and that it is meant."""
        parser.add_argument("external_id", help="external id of the customer to erase")
        parser.add_argument("--yes", action="store_true", help="really do it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase, then say what was done."""
        external_id = options["external_id"]
        found = Customer.objects.filter(external_id__in=[external_id, mark(external_id)]).first()
        if found is None:
            raise CommandError(
                f"There is no customer with the external id {external_id}. Look it up on the customer's page."
            )
        if not options["yes"]:
            raise CommandError(f"This erases {external_id} for good. Say --yes if you mean it.")
        try:
            done = erase_for_sure([found.pk], timezone.now(), command())
        except EraseError as error:
            raise CommandError(f"{error}.") from error
        told = "is erased" if done.now else "was erased before; what has come since is gone too"
        self.stdout.write(f"The customer number {found.pk} {told}.")
