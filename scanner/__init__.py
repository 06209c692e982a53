"""Barcode scanners: what they read, told apart and parsed, and the port that they hang on."""
