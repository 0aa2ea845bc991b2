"""The post-deployment test: asks AWS whether the estate is what the design says.

Run ``python -m infra.verify --env dev`` with credentials of the environment. Nothing is changed.
"""
