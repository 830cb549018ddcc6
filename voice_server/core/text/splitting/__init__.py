"""Where sentences end in a text that comes in tokens."""
