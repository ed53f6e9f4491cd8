"""The market loop of one community, its projections and its audit."""
