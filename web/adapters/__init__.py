"""Adapters: the same turns for others, one file a protocol."""
