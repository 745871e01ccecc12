"""How fast we are beside others: ratios from one run, never a test."""
