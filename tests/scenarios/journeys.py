"""Journeys as scenarios need them: one message, or steps of the test's own."""

from __future__ import annotations

from textwrap import indent


def one_send(key: str, via: str = "email", **header: str) -> str:
    """A journey that sends the template of its own name when `<key>.wanted` happens."""
    return with_steps(key, f"- send: {key}\n  via: [{via}]\n  id: {key}", **header)


def with_steps(key: str, steps: str, **header: str) -> str:
    """A journey of these steps; entered when `<key>.wanted` happens, if the header does not say otherwise."""
    lines = {"entry": "{event: " + key + ".wanted}"} | header
    head = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return f"journey: {key}\n{head}steps:\n{indent(steps.strip(), '  ')}\n"
