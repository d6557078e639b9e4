"""How we answer: back ends over ``Program``. This room has never heard of a child."""
