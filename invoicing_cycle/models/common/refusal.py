"""Refusals that programs understand: a code beside the sentence for people.

Odoo hands the attribute ``context`` of an exception on to whoever calls by JSON, as the
part ``context`` of the error. ``docs/api.md`` lists the codes.
"""

from odoo.exceptions import UserError


class Reason(str):
    """Why something is not done: a sentence, and a code that stays the same."""

    __slots__ = ("code",)

    def __new__(cls, text, code):
        reason = super().__new__(cls, text)
        reason.code = code
        return reason


def get_code(reason):
    """The code of a reason, ``refused`` where it has none of its own."""
    return getattr(reason, "code", "refused")


def refusal(text, code=None):
    """The exception that says no.

    :param str text: what is wrong, and the way out
    :param str code: the same for a program; by default, that of a :class:`Reason`
    :return: the exception, to be raised
    """
    exception = UserError(str(text))
    exception.context = {"code": code or get_code(text)}
    return exception
