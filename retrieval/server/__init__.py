"""The shared engine: an index on a Qdrant server or cluster."""
