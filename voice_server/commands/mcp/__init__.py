"""`voice-server mcp`: the command, and how it passes calls on to the server that speaks."""
