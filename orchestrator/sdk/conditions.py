"""What a condition kind is: a new word in the rule language, spelled out in the words that are there already."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar


class ConditionKind(ABC):
    """A word of the rule language. `{big_spender: 500}` with name `big_spender` calls `expand(500)`."""

    name: ClassVar[str]

    @abstractmethod
    def expand(self, value: Any) -> Mapping[str, Any]:
        """Answer a rule in the words of the language; raise ValueError with words for the author of the journey."""
