"""Faults of a permission: the local provider says no, in Google's or Microsoft's own words."""

from contextlib import ExitStack
from dataclasses import dataclass

from mailboxadmin.demo.stage import Stage
from mailboxadmin.diagnosis import Diagnosis
from mailboxadmin.domain.oauth import AppKey
from mailboxadmin.domain.token import TokenAnswer
from mailboxadmin.services.deps import Deps


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused:
    """The token has run out, and the provider answers with a refusal when it is asked for another.

    Only this mailbox is refused; others that use the same app go on.
    """

    app: AppKey
    #: A piece of one of the examples in `diagnosis/tokens.toml`, which is played.
    words: str

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.permit(self.app)
        address = stage.person.email
        held.callback(stage.provider.heal)
        stage.provider.fail_always(self.answer, address=address)
        stage.provider.expire_access_tokens(address)
        return stage.deps

    @property
    def answer(self) -> TokenAnswer:
        """What a real token endpoint said."""
        examples = (each for row in Diagnosis.load().tokens.rows for each in row.examples)
        return next(
            each
            for each in examples
            if each.app == self.app and self.words in f"{each.error} {each.description}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEnds:
    """Its owner takes the permission back on the provider's page."""

    app: AppKey

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.permit(self.app)
        stage.provider.revoke(stage.person.email)
        return stage.deps


@dataclass(frozen=True, slots=True, kw_only=True)
class Disconnected:
    """The permission is given up, and nothing takes its place."""

    app: AppKey

    def begin(self, stage: Stage, held: ExitStack) -> Deps:
        """See `Play`."""
        stage.permit(self.app)
        stage.disconnect()
        return stage.deps
