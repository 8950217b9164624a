"""What agents do: use cases over the record, each one transaction."""
