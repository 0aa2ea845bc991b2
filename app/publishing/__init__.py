"""Object stores and the publishing of releases into them."""
