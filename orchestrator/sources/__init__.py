"""The door by which shops and helpdesks tell what happened in words of their own: by webhook, or by an export file.

A plugin (a *source*) reads their words and says facts; this room knows who is meant, and stores customers, events, consents
and products. So it stands above all of those, and knows no shop.
"""
