"""Preview, check, publish and capture email templates."""
