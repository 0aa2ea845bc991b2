"""One check per module: a function from a ``Page`` to the violations it has."""
