"""What stands where a secret stood, in a log, a trace, a finding."""

from typing import Final

MASK: Final = "••••"
