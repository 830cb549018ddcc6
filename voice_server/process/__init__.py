"""Child processes: how one is started, spoken to over its pipes, watched, and ended."""
