"""What takes minutes by its nature, and so runs when asked for: `make soak`. Each has a short version in the suite."""
