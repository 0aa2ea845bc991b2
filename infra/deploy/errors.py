"""What stops a deployment, as one sentence with what to do about it."""

from __future__ import annotations

from bbws_templates.printable import printable

EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_REFUSED = 3
EXIT_SURROUNDINGS = 4


class DeployError(Exception):
    """Base of the tree; ``exit_code`` is what the command ends with.

    It is shown on a terminal and in a log, and may hold what Terraform or AWS has said.
    """

    exit_code = EXIT_FAILED

    def __str__(self) -> str:
        return printable(super().__str__(), lines=True)


class RefusedError(DeployError):
    """Something that must not go on: the wrong account, no confirmation, a plan without its tags."""

    exit_code = EXIT_REFUSED


class SurroundingsError(DeployError):
    """Terraform, AWS or the network is not there."""

    exit_code = EXIT_SURROUNDINGS
