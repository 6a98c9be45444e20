"""SIMULATION: a journey on the real base before it runs, by the very engine that would run it. Nothing is written.

    asked -> shadow (twins of the tables) -> start (what was there when it begins) -> run (a clock that leaps, with a feed
    of what came) -> tell (what would have happened)

The engine reads and writes by the tables' plain names. A simulation's connection has temporary tables of these names,
which come first on PostgreSQL and on SQLite alike, and the real ones cannot be written to through it: so the engine needs
no second form of anything, and "writes nothing" is held by the database, not by our care.
"""
