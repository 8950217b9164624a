"""What people asked and was not answered well: kept, grouped by meaning, counted, and taught from."""
