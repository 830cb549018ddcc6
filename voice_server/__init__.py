"""voice-server: tokens in, speech out, whatever engine speaks.

Read it from the bottom up: docs/design.md draws the layers and says what belongs in each folder.
"""
