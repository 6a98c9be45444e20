"""What a recommender is: given people, the products to show each of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar


class Recommender(ABC):
    """Chooses products for a batch of people; templates ask for it by `name`."""

    name: ClassVar[str]

    @abstractmethod
    def recommend(
        self, customers: Sequence[Mapping[str, Any]], limit: int, now: datetime
    ) -> Sequence[Sequence[str]]:
        """For each customer (their attributes) at most `limit` product keys, the best first."""
