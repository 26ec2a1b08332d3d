"""What people did to messages here, kept until the server has been told of it."""
