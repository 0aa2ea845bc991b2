"""HTML as text: scanned, parsed, and with Mustache hidden from those that know nothing of it."""
