"""A process that looks at another one, as a user of its own: whether that has ended, and its own name."""

from __future__ import annotations

import os
import sys

from app.publishing.processes import has_ended, this_process


def main() -> None:
    """Look at the process of a name; 0 for the user that this one is already."""
    name, user = sys.argv[1], int(sys.argv[2])
    has_ended(name)  # all that it takes is loaded, from where the other user may not read
    if user:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    print(has_ended(name), this_process() != "")


if __name__ == "__main__":
    main()
