"""What shops' own systems tell and are told: touches, orders, spend; webhooks."""
