"""Makes the contract vectors, the same bytes every time."""
