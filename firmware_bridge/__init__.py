"""Keypads and signs on a serial line, joined to the bus."""
