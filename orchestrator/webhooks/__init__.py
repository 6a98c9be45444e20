"""WEBHOOKS: other systems are told of what happens here: once it is committed, at least once, signed."""
