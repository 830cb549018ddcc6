"""`voice-server doctor`: the command, the findings about a backend, and the probe of its environment."""
