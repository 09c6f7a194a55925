"""The shop's door: sockets, HTTP, the widget and the demo shop."""
