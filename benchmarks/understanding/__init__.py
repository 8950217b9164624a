"""How well the assistant understands: measured on messages that it was never trained on."""
