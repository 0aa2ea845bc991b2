"""What programs ask of the preview server: JSON, described by OpenAPI."""
