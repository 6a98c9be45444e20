"""Signing in: how often it may be tried, second factors, and accounts of an issuer (OpenID Connect)."""
