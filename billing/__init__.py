"""What brands pay, by whom it is collected, and what is published about it."""


class BillingError(Exception):
    """This cannot be believed, read or done; the message is one sentence."""
