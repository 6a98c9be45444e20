"""Pure decisions: no I/O, no Django, no clock; `now` is always an argument."""
