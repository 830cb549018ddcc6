"""What server and worker say to each other: messages and their framing."""
