"""A whole centre on one machine: simulated devices, citizens and clerks around the real parts."""
