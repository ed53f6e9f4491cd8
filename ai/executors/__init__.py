"""Where the work of training, forecasting, back-tests and agents runs: here, on all cores, or on a Ray cluster."""
