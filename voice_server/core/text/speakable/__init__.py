"""What of a sentence is said."""
