"""The web beside a worker, so that the demo lives on while it is looked at."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

from django.core.management import call_command

from orchestrator.workspace.roles import ROLES


def serve(address: str, login: tuple[str, str], out: Any) -> None:
    """Until Ctrl-C. The worker goes when the web does."""
    name, password = login
    out.write(f"\nOpen http://{address}/admin/ and log in as {name} with the password {password}")
    out.write(f"Or, with the same password, as one of the roles: {', '.join(ROLES)}.\n")
    out.write("Messages go to the mailbox; none leaves this machine. Ctrl-C ends it.\n")
    worker = subprocess.Popen([sys.executable, sys.argv[0], "work"], stdout=subprocess.DEVNULL)
    try:
        call_command("runserver", address, use_reloader=False, skip_checks=True)
    finally:
        worker.terminate()
        worker.wait()
