"""Alarms: what is wrong is looked for, kept, and told to whoever wants to know."""
