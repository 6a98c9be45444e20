"""The elements of MJML that an email may use, what each may stand in, and why others are refused."""

from __future__ import annotations

from collections.abc import Mapping

_BLOCKS = frozenset({"mj-section", "mj-wrapper", "mj-hero", "mj-raw"})
_CONTENT = frozenset({
    "mj-text", "mj-image", "mj-button", "mj-divider", "mj-spacer", "mj-table", "mj-social", "mj-navbar", "mj-raw",
})  # fmt: skip
HOLDS: Mapping[str, frozenset[str]] = {
    "": frozenset({"mjml"}),
    "mjml": frozenset({"mj-head", "mj-body"}),
    "mj-head": frozenset({"mj-attributes", "mj-breakpoint", "mj-preview", "mj-style", "mj-title"}),
    "mj-attributes": frozenset(
        {"mj-all", "mj-class", *_BLOCKS, *_CONTENT, "mj-body", "mj-column", "mj-group"}
    ),
    "mj-body": _BLOCKS,
    "mj-wrapper": frozenset({"mj-section", "mj-hero"}),
    "mj-section": frozenset({"mj-column", "mj-group", "mj-raw"}),
    "mj-group": frozenset({"mj-column", "mj-raw"}),
    "mj-column": _CONTENT,
    "mj-hero": _CONTENT,
    "mj-social": frozenset({"mj-social-element"}),
    "mj-navbar": frozenset({"mj-navbar-link"}),
    "mj-image": frozenset(),
    "mj-divider": frozenset(),
    "mj-spacer": frozenset(),
    "mj-breakpoint": frozenset(),
    "mj-all": frozenset(),
    "mj-class": frozenset(),
}
# These hold the author's own HTML or text.
WRITTEN = frozenset({
    "mj-text", "mj-button", "mj-table", "mj-raw", "mj-social-element", "mj-navbar-link", "mj-title", "mj-preview",
    "mj-style",
})  # fmt: skip
# Here a {% if %} between elements stays between what becomes of them. Elsewhere it would tear what Outlook reads.
BRANCHES = frozenset({"mj-body", "mj-section", "mj-group", "mj-column", "mj-hero", "mj-navbar"})
KNOWN = frozenset(HOLDS) - {""} | WRITTEN | frozenset().union(*HOLDS.values())
REFUSED: Mapping[str, tuple[str, str]] = {
    "mj-include": ("puts in a file, which a template cannot reach", 'Use a block: {% include "block:…" %}.'),
    "mj-font": (
        "loads a font from elsewhere, which tells others who reads",
        "Name fonts that readers have, in font-family.",
    ),
    "mj-accordion": ("needs what mail programs refuse", "Write the words out in mj-text."),
    "mj-carousel": ("needs what mail programs refuse", "Use mj-image."),
    "mj-html-attributes": ("is not known here", "Write the attributes at the elements."),
    "mj-selector": ("is not known here", "Write the attributes at the elements."),
}
