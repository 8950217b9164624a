"""A stand-in for Slack: its Web API and its sending of events, over real HTTP on loopback, as strict as Slack.

async with slack_stand_in() as slack:
    client = AsyncWebClient(token=slack.token, base_url=slack.api_url)
    slack.events_url = "http://127.0.0.1:PORT/slack/events"
    slack.add_user("U0ANA", "Ana")
    act = await slack.write("U0ANA", CHANNEL, "hello")
"""

from tests.slack_stand_in import contacts
from tests.slack_stand_in.delivery import Attempt, Delivery, Sent, signature
from tests.slack_stand_in.live import Live, live_parts, live_texts
from tests.slack_stand_in.people import Act, Slack, rich_text, typed
from tests.slack_stand_in.server import slack_stand_in
from tests.slack_stand_in.workspace import CHANNEL, Channel, Ephemeral, Message, Refused, User, View

__all__ = [
    "CHANNEL",
    "Act",
    "Attempt",
    "Channel",
    "Delivery",
    "Ephemeral",
    "Live",
    "Message",
    "Refused",
    "Sent",
    "Slack",
    "User",
    "View",
    "contacts",
    "live_parts",
    "live_texts",
    "rich_text",
    "signature",
    "slack_stand_in",
    "typed",
]
