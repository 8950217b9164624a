"""Rasa's Socket.IO channel protocol, for web chats made for Rasa's server: the same visitors as the web channel's.

https://rasa.com/docs/rasa/connectors/your-own-website/#websocket-channel
"""
