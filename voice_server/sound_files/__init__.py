"""Files of sound: their formats, the encoders, and a file that appears whole."""
