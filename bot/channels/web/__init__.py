"""The web channel: a chat page, a widget, and the web socket that both use."""
