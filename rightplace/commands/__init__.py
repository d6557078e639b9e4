"""One file for each command or family of commands: parse, call one function, print."""
