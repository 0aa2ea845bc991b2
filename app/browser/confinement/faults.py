"""What can go wrong with a client at work; a session answers either with a fresh client, once."""


class ClientGoneError(Exception):
    """The client has ended, or does not speak as it should."""


class ClientLateError(ClientGoneError):
    """The client has not ended in the time that it was given."""


class ClientRefusedError(Exception):
    """The client answers that it cannot do what it was told."""
