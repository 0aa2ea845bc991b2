"""The estate: Terraform, and the commands that plan, apply and verify it."""
