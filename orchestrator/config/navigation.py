"""How the admin looks and what stands in its sidebar."""

from __future__ import annotations

from typing import Any

UNFOLD: dict[str, Any] = {"SITE_TITLE": "Journeys", "SITE_HEADER": "Journeys"}
