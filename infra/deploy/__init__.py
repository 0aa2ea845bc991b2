"""Terraform with a seat belt: ``python -m infra.deploy plan|apply|bootstrap|destroy --env dev``.

Before Terraform starts, the credentials are compared with the environment; a plan is saved, checked for
tags and written as Markdown for the reviewer; and only a saved plan is ever applied.
"""
