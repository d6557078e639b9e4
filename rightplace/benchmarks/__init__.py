"""How good is it? Runs of the matcher against its peers, measured as ratios in one run."""
