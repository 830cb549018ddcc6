"""The player's side: a process that owns one sound device, so that nothing it does can disturb the server."""
