"""What the terminal says when the sample office is open."""

from dataclasses import dataclass

from mailboxadmin.demo.people import FIRM, SamplePerson
from mailboxadmin.domain.run import SyncReport

_TEXT = """\
{firm} is open. {messages} messages of {synced} mailboxes were fetched over IMAP;
{broken.first_name}'s mailbox is broken on purpose.

  {address}

  admin   {admin.email:<20} {admin.sign_in_password}
  staff   {works.email:<20} {works.sign_in_password}
  staff   {broken.email:<20} {broken.sign_in_password}
  staff   {joins.email:<20} {joins.sign_in_password}

What to click first
  1. Sign in as {admin.first_name}. {broken.first_name}'s mailbox is on top: \
it says what broke and who mends it.
  2. In a private window sign in as {broken.first_name}; the mailbox password is \
{broken.imap_password}. Test, save.
  3. Mail arrives every half minute. Open {works.first_name}'s mailbox, press Sync now, \
read Activity.
  4. {joins.first_name} has not connected yet. Sign in as {joins.first_name}, and press \
Connect Gmail or Connect Outlook:
     a stand-in for their page asks, where one can also cancel, take a wrong account, and more.
  5. As {admin.first_name}, open Troubleshooting, Rehearsal, and play any finding.

Everything is made up, and new at each start. Ctrl-C ends it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Welcome:
    """The way in, and what the first sync brought."""

    #: Where the browser goes.
    address: str
    #: The admin first; one of them does not connect.
    people: tuple[SamplePerson, ...]
    #: Of the first sync, in the order in which they ended.
    reports: tuple[SyncReport, ...]

    @property
    def admin(self) -> SamplePerson:
        """Who runs the office."""
        return self.people[0]

    @property
    def broken(self) -> SamplePerson:
        """Whose mailbox the server refuses."""
        return next(each for each in self.people if not each.connects and not each.joins)

    @property
    def joins(self) -> SamplePerson:
        """Who has not connected a mailbox yet."""
        return next(person for person in self.people if person.joins)

    @property
    def works(self) -> SamplePerson:
        """A member of the staff whose mailbox is in order."""
        return next(person for person in self.people[1:] if person.connects)

    @property
    def messages(self) -> int:
        """How many messages the first sync stored."""
        return sum(report.counts.new for report in self.reports)

    def __str__(self) -> str:
        """The text for the terminal."""
        return _TEXT.format(
            firm=FIRM,
            messages=self.messages,
            synced=sum(report.finding is None for report in self.reports),
            address=self.address,
            admin=self.admin,
            works=self.works,
            broken=self.broken,
            joins=self.joins,
        )
