"""What the world is: children, settings, places, authorities, policies. No optimisation here, no solver."""
