"""The tests in a browser.

A package: while Playwright is running, an event loop runs in the main thread, in which no other
test can run its own. Fixtures of this package end where its tests do.
"""
