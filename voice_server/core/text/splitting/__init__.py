"""Where a sentence ends."""
