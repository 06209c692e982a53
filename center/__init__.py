"""The hub: the rules of the queue, its journal, and the broker's configuration."""
