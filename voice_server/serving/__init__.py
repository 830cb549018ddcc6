"""The composition root: configuration, pool, service and endpoints put together into a listening server."""
