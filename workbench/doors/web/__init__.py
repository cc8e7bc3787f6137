"""What a browser meets: the server, and what the pages share."""
