"""What the app must be allowed to do for contacts, each with its reason; ``docs/slack.md`` and the doctor use it."""

from __future__ import annotations

SCOPES = {
    "app_mentions:read": "hears when somebody mentions it in a channel",
    "assistant:write": (
        "shows that it is thinking, or that an agent is writing, and offers questions, in Slack's assistant view"
    ),
    "channels:history": "hears what follows in a public channel's thread that was begun with it",
    "chat:write": "answers",
    "chat:write.customize": "shows who speaks: the assistant or the agent, by name",
    "commands": "offers /frontdesk",
    "files:read": "takes what contacts attach",
    "files:write": "shows contacts what agents attach",
    "groups:history": "hears what follows in a private channel's thread that was begun with it",
    "im:history": "hears direct messages, and finds a post whose answer was lost",
    "im:write": "opens a direct message for what is not for a channel",
    "users:read": "learns how a contact is called",
}
"""The bot token's scopes (https://docs.slack.dev/reference/scopes)."""

# Without these it still works: names stand in a line of their own, and the assistant view is not used.
OPTIONAL = frozenset({"assistant:write", "chat:write.customize", "commands"})
