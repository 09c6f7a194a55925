"""The other doors of the shop: protocols of agents, clients and helpdesks, each to the same turn and catalogue."""
