"""The parts of ``generate``: shares, dice, places, children, providers and the settings around them."""
