"""Who people are: customers, their attributes and the addresses that reach them."""
