"""Data as a form: what a contract lets a person fill in, beside the data as they are."""
