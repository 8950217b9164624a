"""The contact's side: channels, the gateway, the engine behind it, and the assistant's own parts."""
