"""Words and rules, in plain dataclasses and enums. Standard library only."""
