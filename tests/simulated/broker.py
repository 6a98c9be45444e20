"""A virtual broker: doorbells get lost, come twice, wait, and overtake one another."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.simulated.stage import Stage


class Broker:
    """Stands where Celery's application stands for `store/doorbells.py`."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._bells: list[tuple[datetime, str]] = []
        self._drops = stage.chance.choice((0.0, 0.2, 1.0))

    def send_task(self, name: str, arguments: object = (), **options: object) -> None:
        """Somebody rang."""
        self._stage.count["doorbells"] += 1
        if self._stage.chance.random() < self._drops:
            self._stage.count["doorbells dropped"] += 1
            return
        self.put(name)
        if self._stage.chance.random() < 0.2:
            self._stage.count["doorbells doubled"] += 1
            self.put(name)

    def put(self, name: str) -> None:
        """Queue it; half of them come later than they might."""
        late = self._stage.chance.choice((0, 0, 1, 5))
        self._bells.append((self._stage.now + timedelta(seconds=late), name))

    def ready(self) -> bool:
        """Whether one can be taken now."""
        return any(at <= self._stage.now for at, _ in self._bells)

    def take(self) -> str | None:
        """Any of those whose time has come, whichever was first."""
        here = [number for number, (at, _) in enumerate(self._bells) if at <= self._stage.now]
        return self._bells.pop(self._stage.chance.choice(here))[1] if here else None
