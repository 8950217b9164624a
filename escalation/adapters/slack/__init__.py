"""The desk in Slack: one card for each handoff in its team's lobby, and the card's thread as the conversation."""
