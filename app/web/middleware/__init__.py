"""What a request passes before a route answers it: host name, origin, token, size and shape of its body."""
