"""The uses that a folder can have besides holding mail (RFC 6154)."""

from enum import StrEnum


class SpecialUse(StrEnum):
    """A use; the text is the server's attribute in lower case."""

    SENT = "\\sent"
    DRAFTS = "\\drafts"
    TRASH = "\\trash"
    JUNK = "\\junk"
    ARCHIVE = "\\archive"

    @property
    def setting_key(self) -> str:
        """The setting that names its folder."""
        return "spam_folder" if self is SpecialUse.JUNK else f"{self.name.lower()}_folder"
