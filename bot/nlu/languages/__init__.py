"""Telling the language of a message. Pure."""
