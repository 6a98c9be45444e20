"""Monthly partitions of the tables that only grow: PostgreSQL alone, and nothing that the models know of."""
