"""Rows that may be one person: found by what they share, told with the evidence, and decided by people."""
