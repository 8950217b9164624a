"""What is told about the content by reading its sentences for their meaning: on the engine's side only."""
