"""Scores of customers: computed for everybody once a day, and at once for whoever buys (docs/scores.md)."""
