"""What is lawful and what is wanted: one function a rule, over tables of (child, setting) pairs."""
