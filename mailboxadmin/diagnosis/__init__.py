"""From what happened to a finding: text and codes in, a finding out; touches nothing."""

from mailboxadmin.diagnosis.classify import Diagnosis
from mailboxadmin.diagnosis.context import Context
from mailboxadmin.diagnosis.providers import Providers, load_providers

__all__ = ["Context", "Diagnosis", "Providers", "load_providers"]
