"""Why the platform does not start."""


class SettingsRefused(Exception):
    """The environment does not describe a platform that may start. The message names the variables."""


class SecretUnreadable(Exception):
    """A secret could not be read, for the reason in the message. Never says anything of its value."""


class NotYet(SecretUnreadable):
    """The same, and a little later it may be different."""
