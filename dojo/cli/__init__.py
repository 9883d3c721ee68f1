"""The commands: each is a small module with `run(args) -> int`, imported only when it is asked for."""
