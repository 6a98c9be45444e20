"""Scores: what a person's purchases and answers say of them, each as a pure function (docs/scores.md)."""
