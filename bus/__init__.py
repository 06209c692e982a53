"""What the parts of a centre say to each other over MQTT 5: topics, payloads, and the session that carries them."""
