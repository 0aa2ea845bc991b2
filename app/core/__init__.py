"""The pure core: load, compile, validate, check, release. No network, clock, browser or web."""
