"""Measures, in Chromium, how faithful the compiled form of any set of templates is to its source."""
