#!/usr/bin/env python
"""The door for operators: `manage.py help` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "orchestrator.config.settings")
    from django.core.management import execute_from_command_line

    from orchestrator.sdk import PluginError

    try:
        execute_from_command_line(sys.argv)
    except PluginError as error:
        sys.exit(f"The plugins cannot be switched on together: {error}")


if __name__ == "__main__":
    main()
