"""Set-based reading and writing for the hot paths, alike on PostgreSQL and SQLite. No models of its own."""
