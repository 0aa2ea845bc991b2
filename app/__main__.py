"""``python -m app`` is ``bbws-templates``."""

from app.cli import main

main()
