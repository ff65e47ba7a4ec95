"""The tests are a package, so that a fixture of a package ends with it."""
