"""What shoppers do, and what follows from it: the behaviour model."""
