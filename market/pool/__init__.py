"""Pool markets: one local price from supply and demand, and what is traded at it."""
