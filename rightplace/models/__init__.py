"""What we ask, as mathematics: domain data to numbers, numbers to a ``Program``, and values back to a plan."""
