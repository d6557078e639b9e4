"""How people read answers: terminal, JSON, Excel and CSV. Numbers come from the result; nothing is decided here."""
