"""`voice-server bench`: the command, the load, the measurements of processes, the floor and the report."""
