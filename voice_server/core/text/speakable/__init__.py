"""What is spoken of a sentence, and where in the typed text it stands."""
