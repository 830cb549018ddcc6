"""One utterance: from text that comes in tokens to audio in order, whatever the renders do."""
