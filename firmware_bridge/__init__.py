"""Hardware at counters, joined to the bus: keypads and number pads, signs, lamps, buttons."""
