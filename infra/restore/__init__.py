"""Bringing items back from a restored table, and moving the services out of the way while that happens."""
