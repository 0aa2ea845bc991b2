"""The state of a running server: the template set as it is on disk now, and what is worked out from it."""
