"""VISITS: the number of a person's coming to a step, unique for the step within a passage; message keys hold it.

Steps in an arm have the visit of the step above them. A step that repeats its arm up to n times counts on: outside
visit v makes its own visits (v-1)(n+1)+1 for coming in and one more for each round that came back, and its arm's
steps have the visits (v-1)n+1 … vn. So the round is in the number, and nothing else has to be stored.
"""

from __future__ import annotations


def coming(visit: int, rounds: int) -> int:
    """A step's own visit for whoever comes to it from outside with this visit."""
    return (visit - 1) * (rounds + 1) + 1 if rounds else visit


def round_of(own: int, rounds: int) -> int:
    """How many rounds are behind somebody at this visit of a step: 0 for whoever just came."""
    return (own - 1) % (rounds + 1) if rounds else 0


def outside(own: int, rounds: int) -> int:
    """The visit with which the walk goes on after the step."""
    return (own - 1) // (rounds + 1) + 1 if rounds else own


def inside(own: int, rounds: int) -> int:
    """The visit of the arm's steps in the round that begins now."""
    return (outside(own, rounds) - 1) * rounds + round_of(own, rounds) + 1 if rounds else own


def coming_back(inner: int, rounds: int) -> int:
    """The step's own visit for whoever comes back from the arm with this visit."""
    passed, round_ = divmod(inner - 1, rounds)
    return passed * (rounds + 1) + round_ + 2
