"""How a message feels: the model, the signs with names, and who is in danger."""
