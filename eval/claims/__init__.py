"""How the checker reads a text and weighs its claims. Imports nothing of `agent`."""
