"""`voice-server say`: the command, the requests to the server, and how the responses are printed."""
