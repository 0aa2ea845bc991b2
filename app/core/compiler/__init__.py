"""From a template's source to its compiled form, its text part, and the proof that both are right.

The order of the steps is in `compilation.py`; what a caller needs is imported from there and from
`equivalence.py` and `inlining.py`.
"""
