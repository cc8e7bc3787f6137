"""What the pages draw with: a view shows what it is given, and returns what a person said."""
