"""The builder of segments: a rule drawn as nested groups, counted while it is written, and kept."""
