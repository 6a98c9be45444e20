"""The content security policy of every page that brings none of its own (W3C CSP Level 3): nothing inline, nothing evaluated.

Its price: no template may carry `style="…"`, a handler or a script of its own; a width is an attribute of an SVG, and
Alpine is the build that parses instead of evaluating. tests/studio/test_policy.py reads every page for it.
"""

from __future__ import annotations

from typing import Any

from csp.constants import NONCE, NONE, SELF

POLICY: dict[str, Any] = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],  # unfold's colours, and CodeMirror's rules
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
    }
}
