"""`manage.py export_customer EXTERNAL_ID [--language pl] [--out FILE]`"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from orchestrator.customers.export import export
from orchestrator.customers.models import Customer
from orchestrator.workspace.audit import Action, note
from orchestrator.workspace.who import command


class Command(BaseCommand):
    """A person asks what we hold about them."""

    help = (
        "Write a ZIP with all that we hold about a customer, named by the external id: JSON and CSV, with the consents,"
        " the messages and why they came, the segments and their rules."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whom, in which language, and where to."""
        parser.add_argument("external_id", help="external id of the customer to export")
        parser.add_argument("--language", choices=[code for code, _ in settings.LANGUAGES], default="en")
        parser.add_argument("--out", type=Path, help="the file to write (default: export-<number>.zip here)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write it for its owner's eyes only, and say what is in it."""
        found = Customer.objects.filter(external_id=options["external_id"], erased_at=None).first()
        if found is None:
            raise CommandError(
                f"There is no customer with the external id {options['external_id']}. Look it up on the customer's page."
            )
        path: Path = options["out"] or Path(f"export-{found.pk}.zip")
        if path.exists():
            raise CommandError(f"{path} is there already. Name another file with --out.")
        try:
            with path.open("xb") as file:
                path.chmod(0o600)
                counts = export(found.pk, file, options["language"], timezone.now())
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        note(Action.EXPORTED, command(), found)
        for name, count in counts.items():
            self.stdout.write(f"{name}: {count}")
        self.stdout.write(f"All of it is in {path}, which only you may read.")
