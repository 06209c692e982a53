"""What the parts of a centre say to each other over MQTT 5, and the session that carries it."""
