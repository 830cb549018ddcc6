"""What several subcommands use: the server, options, errors, input and output."""
