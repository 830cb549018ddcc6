"""Sound on the speakers of the machine that runs this."""
