"""`voice-server say`: the command, the server it speaks through, and what it shows."""
