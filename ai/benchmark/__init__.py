"""Honest scores of forecasters: a fixed protocol on real homes, peers beside ours."""
