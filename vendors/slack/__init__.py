"""Slack, as a vendor: its text, its limits, and its Web API with errors told in three words."""
