"""KEEPING: which classes of data have an end, what stays of each however old it is, and what is kept for ever and why."""
