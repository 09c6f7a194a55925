"""How good is it: checks and measurements of what the product does."""
