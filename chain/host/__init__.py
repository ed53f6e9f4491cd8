"""The embedded host: executor, state trie, storage, transaction pool and block authoring."""
