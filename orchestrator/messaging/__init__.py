"""The outbox: every message from its planning to its last receipt, and the gate it must pass."""
