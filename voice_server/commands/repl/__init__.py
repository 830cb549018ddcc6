"""`voice-server repl`: the command, the loop over the lines, and the player of one connection."""
