"""What a Lambda imports: the Mustache engine, and the reader of published releases."""
