"""From a ticket to paper, and what the printer says about it."""
