"""Several market products over one delivery interval: which takes an order when, and what then stands."""
