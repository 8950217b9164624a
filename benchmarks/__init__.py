"""What the product costs: each module prints one line with its figures (docs/performance.md)."""
