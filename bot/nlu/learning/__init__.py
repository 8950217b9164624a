"""What learns from examples: vectors, n-grams, the classifier of intents and the gate of scope. No Rasa, no files."""
