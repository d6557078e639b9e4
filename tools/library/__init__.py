"""How the library instances are made: ``world`` draws people and places, one module an instance says what is in it."""
