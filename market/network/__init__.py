"""What the grid allows and what it costs: zones with caps and fees, and a radial low-voltage grid in whole numbers."""
