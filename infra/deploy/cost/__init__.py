"""What an environment costs in a month: its plan, times what is assumed to be used, times list prices.

``usage/ENV.toml`` holds what is assumed to be used, ``prices.toml`` the prices and where they are from. Both
are assumptions that somebody can check, and nothing is guessed beside them: a type of resource that is
neither priced nor listed as free is an error, and so is a table or bucket without an assumption.
"""
