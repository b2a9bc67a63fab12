"""What speaks to the world outside. It never writes; only tasks call it."""
