"""The items of the three tables: a JSON Schema each, examples, and the one rule that no schema can hold."""
