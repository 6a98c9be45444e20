"""The rule language turned into SQL."""
