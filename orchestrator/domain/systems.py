"""SYSTEMS that people move in from, by the names that rows and rules hold."""

from __future__ import annotations

KLAVIYO, MAUTIC, SALESMANAGO = "klaviyo", "mautic", "salesmanago"
TITLES = {KLAVIYO: "Klaviyo", MAUTIC: "Mautic", SALESMANAGO: "SALESmanago"}


def title(system: str) -> str:
    """How the system writes its own name; one that nobody knows is called as it is stored."""
    return TITLES.get(system, system)
