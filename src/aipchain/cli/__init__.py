"""The `aip` command."""
