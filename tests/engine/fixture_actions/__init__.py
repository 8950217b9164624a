"""Actions of the small project that the engine's tests train."""
