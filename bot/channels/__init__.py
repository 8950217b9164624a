"""One folder or module per channel: `parse`, `render`, and a thin route around them."""
