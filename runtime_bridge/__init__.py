"""Client of any node that runs our runtime: typed reads and calls, events, submission."""
