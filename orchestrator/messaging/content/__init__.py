"""Message content: templates read, checked and prepared at publish; rendered late, in a fenced child process.

Nothing here knows Django or a database. The way of a template: `source` (read) -> `lint` (refuse or warn) ->
`prepare` (layout, inlined CSS, text; what the database keeps) -> `render` (one message from one context), which
runs in `child`. This module imports nothing, so that the child starts fast.
"""
