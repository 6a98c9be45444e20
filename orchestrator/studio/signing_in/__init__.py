"""Signing in, page by page: password, code, setting up a second factor, the issuer, one's own account."""
