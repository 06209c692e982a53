"""The luot command."""
