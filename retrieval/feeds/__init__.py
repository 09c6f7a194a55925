"""Reading a shop's feed, whatever format it is in."""
