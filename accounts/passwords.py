"""Passwords: bcrypt hashes, checked by streamlit-authenticator.

The library gets the one account that signs in, never the table of users. Hashes are made by bcrypt
itself, as the library makes them: importing the library takes Streamlit along, which the command
line does without.
"""

import secrets

import bcrypt

SHORTEST = 12
# bcrypt takes no more, and refuses rather than cutting.
LONGEST_BYTES = 72

# The hash of a random password that nobody kept: an unknown address takes as long as a known one.
_NOBODY = "$2b$12$y48cHmmUiCACxtyqJpWy2uZnGXOQLmi/.iSBNRBmHoR.gAHXQe8XS"


class PasswordError(Exception):
    """A password cannot be used; the message is one sentence."""


def generated() -> str:
    """Return a random password with 120 bits."""
    return secrets.token_urlsafe(15)


def hashed(password: str) -> str:
    """Return the hash to keep of a new password.

    Raises PasswordError when it is too short or too long.
    """
    if len(password) < SHORTEST:
        raise PasswordError(f"A password has at least {SHORTEST} characters.")
    if len(password.encode()) > LONGEST_BYTES:
        raise PasswordError(f"A password has at most {LONGEST_BYTES} bytes.")
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def matches(password: str, stored: str | None) -> bool:
    """Tell whether a password belongs to a stored hash; None (no such account) takes as long."""
    # Here and not above: see the module's first lines.
    from streamlit_authenticator.models import AuthenticationModel

    if len(password.encode(errors="replace")) > LONGEST_BYTES:
        password, stored = "", None
    credentials = {"usernames": {"account": {"password": stored or _NOBODY}}}
    model = AuthenticationModel(credentials, auto_hash=False)
    right = bool(model.check_credentials("account", password))
    return right and stored is not None
