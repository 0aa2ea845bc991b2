"""Many emails of one template: from a file with one JSON object a line to files with one email each."""
