"""Try-on jobs: their engines, and what makes, runs and reviews them."""
