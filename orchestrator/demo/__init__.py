"""A sample shop and weeks of its life on a virtual clock."""
