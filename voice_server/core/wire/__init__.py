"""Messages between the server and its child processes, and how they become bytes."""
