"""Targets over HTTP: what each serves, and what is being done with it."""
