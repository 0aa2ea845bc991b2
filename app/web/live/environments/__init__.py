"""What is live where: targets as they were last seen, the sources beside them, and what is being done."""
