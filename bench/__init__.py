"""How fast ClosetAI is on a large database: ``python -m bench``, or ``make bench``.

Each section (`queries.py`, `raw.py`, `pages.py`) measures one thing and gives rows; `results.py`
keeps them in a file and prints them beside the goals. Nothing here is part of the tests or of the
product.
"""
