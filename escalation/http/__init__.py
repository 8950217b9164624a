"""The desk over HTTP: ``/api/v1`` and the web desk ``/desk``."""
