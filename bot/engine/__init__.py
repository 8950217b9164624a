"""The assistant's engine: ``client`` speaks to it from the front, the rest runs in the engine's own process."""
