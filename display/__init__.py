"""Hall board, counter sign and QR panel."""
