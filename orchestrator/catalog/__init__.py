"""CATALOG: what the shop sells: products, their prices and what they cost before."""
