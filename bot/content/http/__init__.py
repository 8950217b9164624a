"""The studio: the editors' page and its API under ``/studio``."""
