"""A place for a program that draws: no network, a home of its own, and nothing that outlives its owner."""
