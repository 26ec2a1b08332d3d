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

    @property
    def label(self) -> str:
        """What it is for, within a sentence."""
        return _LABELS[self]


_LABELS = {
    SpecialUse.SENT: "sent mail",
    SpecialUse.DRAFTS: "drafts",
    SpecialUse.TRASH: "deleted mail",
    SpecialUse.JUNK: "junk mail",
    SpecialUse.ARCHIVE: "archived mail",
}
