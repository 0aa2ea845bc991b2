"""One check per module: a function from a ``Page`` to the problems it has."""
