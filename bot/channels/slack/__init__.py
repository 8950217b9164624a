"""Slack as a channel for contacts: direct messages, the assistant container and mentions in channels."""
