"""Rasa's own REST protocol: existing Rasa clients post a message and get the turn's answers in the response.

The protocol is Rasa's: https://rasa.com/docs/rasa/connectors/your-own-website/#restinput, and its code
``rasa/core/channels/rest.py``.
"""
