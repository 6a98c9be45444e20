"""Advice on a template while it is written: what nobody refuses, and what costs readers all the same. All of it pure."""
