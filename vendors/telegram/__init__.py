"""Telegram, as a vendor: its text, its limits, and its Bot API with errors told in a few words."""
