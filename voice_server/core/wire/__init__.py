"""The messages of every wire, one file each (workers, players, clients of /stream-tokens), and the codec."""
