"""The contracts, a family a file: declarations without logic."""
