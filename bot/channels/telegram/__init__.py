"""The Telegram channel. A front imports it when it has a token: most of it needs Telegram's SDK."""
