"""Journeys, their immutable versions, and the people in them."""
