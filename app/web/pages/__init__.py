"""What people see of the preview server: the workbench, and the mail in its frame."""
