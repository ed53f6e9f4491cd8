"""Pure integer kernels of the market: no input or output, no clock, no floating point."""
