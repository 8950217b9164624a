"""What the app must be allowed to do in a workspace, each with its reason; ``docs/slack.md`` and the doctor use it."""

from __future__ import annotations

SCOPES = {
    "chat:write": "posts and updates the cards, writes in their threads, and tells one person alone",
    "reactions:write": "marks the holder's messages: ✅ the contact's channel took it, ⚠️ it did not",
    "commands": "offers /frontdesk and /canned, and the shortcut to canned replies",
    "channels:history": "hears what is written in a public lobby, and finds a post whose answer was lost",
    "groups:history": "the same in a private lobby",
    "files:write": "brings the contact's files into the thread",
    "files:read": "fetches the files that the holder sends to the contact, and finds an upload whose answer was lost",
    "channels:read": "lets the doctor see whether the app is in a public lobby",
    "groups:read": "the same for a private lobby",
    "users:read": "lets the doctor see whether the people on the roster are members of the workspace",
}
"""The bot token's scopes (https://docs.slack.dev/reference/scopes)."""

APP_SCOPE = "connections:write"
"""The app-level token's, for Socket Mode."""
