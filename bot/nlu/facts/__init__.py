"""Finding entities and personal data in a text: rules, regexes and lists. Pure."""
