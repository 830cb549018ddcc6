"""The HTTP routes, one file a family; none imports another."""
