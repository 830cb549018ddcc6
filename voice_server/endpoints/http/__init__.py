"""What every HTTP route shares: reading requests, refusing them, and answering with audio."""
