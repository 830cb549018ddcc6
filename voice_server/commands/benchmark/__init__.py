"""What `voice-server bench` is made of: load, processes, floor, report."""
