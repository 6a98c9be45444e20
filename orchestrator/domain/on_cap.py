"""What a full cap does to a message: the one place that knows the words and the reasons."""

from __future__ import annotations

HOLD, SKIP, FALLBACK, GO_TO = "hold", "skip", "fallback", "go_to"
ON_CAP = (HOLD, SKIP, FALLBACK, GO_TO)
# The gate skips the message at once; whether the next channel or an arm follows is the step's to decide.
SKIPPING = frozenset({SKIP, FALLBACK, GO_TO})
# Why the gate skips a message where a cap, or a budget, is used up.
CAPPED = frozenset({"capped", "over_budget"})
