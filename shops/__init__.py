"""What shops' own systems tell and are told: touches, answers, orders, spend; webhooks."""
