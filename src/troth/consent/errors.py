"""Why something that was said can't be kept: each error names what it is about."""

from troth.policy.words import Message, StatementId


class ChoiceError(Exception):
    """It can't be kept so: `about` names the choice, `statement` the sentence of the policy."""

    def __init__(self, message: Message, about: str, statement: StatementId | None = None) -> None:
        self.message, self.about, self.statement = message, about, statement
        super().__init__(message.render(str))


class UnknownChoiceError(ChoiceError):
    """The policy asks for no such yes."""


class OtherTextError(ChoiceError):
    """What was shown is not what the policy says: a yes to it is a yes to something else."""


class OtherVersionError(ChoiceError):
    """Another version is in force than the one that was shown."""


class NotAloneError(ChoiceError):
    """A separate consent was asked for together with others."""


class JoinNotDeclaredError(ChoiceError):
    """The register does not say of this site that a visitor's choices join an account."""


class WordingError(ChoiceError):
    """A yes of before Troth names a text that nobody has recorded."""


class MomentError(ChoiceError):
    """It is said to have happened later than now."""


class NoNoticeError(ChoiceError):
    """There is no acceptance without a notice that was seen before (PIPL 17, GDPR 13)."""
