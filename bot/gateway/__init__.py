"""What happens to a contact's message: it is stored (`receive`), then settled by the bot, the queue or an agent."""
