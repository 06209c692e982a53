"""The pygame toolkit that every screen is drawn with."""
