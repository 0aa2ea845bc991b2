"""What is done with a target from beginning to end, the same for command line and preview server."""
