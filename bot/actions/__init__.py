"""Rasa custom actions: flat, one module per topic."""
