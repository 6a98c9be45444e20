"""The door by which shops, sites and apps tell what people do: Segment's wire format over HTTP.

A floor of its own between events and segments: it knows customers and events, and nothing of consents, which no call here can
ever set; and `events`, which everybody uses, knows no HTTP and no keys.
"""
