"""The agent's side: the queue, the desk in Slack and on the web, and what agents read and do there."""
