"""Moving in from another system: people, consents, blocked addresses and past messages, read from its exports.

Each system has a file that says what its exports look like (`klaviyo`, `mautic`, `salesmanago`); they share what becomes of
a contact (`contacts`, `people`, `permissions`) and of what happened to messages (`happened`, `history`).
"""
