"""The other doors of the shop: protocols of agents and their clients, each to the same turn and the same catalogue."""
