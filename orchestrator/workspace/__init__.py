"""The installation itself: one workspace row, its brands and topics."""
