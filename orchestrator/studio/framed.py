"""An email in a frame of the studio: it looks as its reader gets it, and runs, reaches and knows nothing.

A frame with `srcdoc` has its page's policy, under which no email's own styles would show. So the document comes by an
address, with a policy of its own: `sandbox` takes its origin away, whoever opens the address and wherever.
"""

from __future__ import annotations

from django.http import HttpResponse

# Styles within the document are the letter itself; pictures come from wherever its writer keeps them.
POLICY = (
    "default-src 'none'; img-src https: http: data:; font-src https: data:; style-src 'unsafe-inline' https:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
)


def letter(document: str) -> HttpResponse:
    """The document, sealed, for a frame of our own pages alone."""
    response = HttpResponse(document)
    response["Content-Security-Policy"] = POLICY
    response["X-Frame-Options"] = "SAMEORIGIN"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
