"""WIRE: calls in Segment's format (its public specification of `identify`, `track`, `page`, `screen`, `group` and `alias`),
read into frozen values. Pure: what comes in is JSON that is parsed already, what goes out is a `Call` or a `Refusal`."""

from orchestrator.domain.wire.reading import read
from orchestrator.domain.wire.values import Call, Facts, Refusal

__all__ = ["Call", "Facts", "Refusal", "read"]
