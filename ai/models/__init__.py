"""Trained forecasters that are kept: a folder with a card that says what is in it, and what it says of a day."""
