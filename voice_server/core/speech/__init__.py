"""One utterance: text comes in tokens, audio goes out in order, however the renders of its segments go."""
