"""Settings of a device and of a centre, errors, the clock, and the words people read."""
