"""A self-hosted marketing journey orchestrator. `docs/` and the README say how the rooms fit together."""
