"""For how many days each kind of data is kept, as the register says it. Pure."""

from troth.policy.register import Register


def days_by_category(register: Register) -> dict[str, int | None]:
    """Return the days of each category; None where no number of days ends it.

    When they begin the register tells in words alone (`[retention.*].start`): whoever holds the
    data knows that moment.
    """
    return {
        name: retention.days
        if (retention := register.retention.get(category.retention)) is not None
        else None
        for name, category in register.category.items()
    }
