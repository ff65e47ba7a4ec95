"""What pages are made of. Components receive data, or a callable that reads it; none fetches."""
