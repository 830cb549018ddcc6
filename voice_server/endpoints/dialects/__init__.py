"""Other systems' protocols, so that their clients work with another address: one folder for each."""
