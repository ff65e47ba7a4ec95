"""Who may use the dashboard and whose rows they see: users, passwords, sessions, sign-in, the gate.

A page asks `accounts.gate.account()` and nothing else of this package.
"""
