"""What the workflows call: confirmations, the records of plans and releases, notices, the set-up of GitHub.

A workflow file holds no logic: each of its steps is a command that runs on a laptop as well, and in tests.
"""
