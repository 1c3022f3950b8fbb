"""What clients call public methods with: as it should be, or refused in plain words."""

from datetime import date

from odoo import fields
from odoo.exceptions import UserError
from odoo.fields import Domain

#: How far from today a cycle may be looked at.
YEARS_SHOWN = 100


def ensure_one(records):
    """Raise unless there is exactly one record.

    Odoo's ``ensure_one`` is for developers: its text tells a user nothing.

    :raises UserError: where there is none, or several
    """
    if len(records.ids) != 1:
        raise UserError(
            records.env._(
                "This is done for one record at a time (%(document)s), not for "
                "%(count)s: choose one.",
                document=records.env["ir.model"]._get(records._name).name,
                count=len(records.ids),
            )
        )


def get_text(env, value):
    """A text without spaces around it, empty where none is given.

    :raises UserError: for what is no text
    """
    if value is None or value is False:
        return ""
    if not isinstance(value, str):
        raise UserError(env._("“%(value)s” is no text.", value=value))
    # PostgreSQL keeps no zero characters.
    return value.replace("\x00", "").strip()


def get_values(env, value):
    """Values by the names of fields, none where none are given.

    :raises UserError: for what is no dict
    """
    if not value:
        return {}
    if not isinstance(value, dict):
        raise UserError(env._("“%(value)s” are no values.", value=value))
    return value


def is_one_of(value, choices):
    """Whether a value is one of some texts; what is no text is none of them."""
    return isinstance(value, str) and value in choices


def get_number(env, value):
    """A number; whether "not a number" and infinity are, is the caller's to say.

    :raises UserError: for what is none
    """
    number = None
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            number = float(value)
        except OverflowError:
            number = None
    if number is None:
        raise UserError(env._("“%(value)s” is no number.", value=value))
    return number


def get_day(env, value):
    """A day from its ISO text, None where none is given.

    :raises UserError: for what is no day, and for one too far from today to be shown
    """
    if value is None or value is False or value == "":
        return None
    day = None
    if isinstance(value, str):
        try:
            day = fields.Date.to_date(value)
        except ValueError:
            day = None
    elif isinstance(value, date):
        day = fields.Date.to_date(value)
    if not day:
        raise UserError(
            env._("“%(value)s” is no day. Write it as 2026-12-31.", value=value)
        )
    if abs(day.year - fields.Date.today().year) > YEARS_SHOWN:
        raise UserError(
            env._(
                "%(day)s is more than %(years)s years from today: choose a day nearer.",
                day=day.isoformat(),
                years=YEARS_SHOWN,
            )
        )
    return day


def get_domain(env, value):
    """A domain, that of everything where none is given.

    :raises UserError: for what is no domain
    """
    try:
        return Domain(value or Domain.TRUE)
    except (TypeError, ValueError) as error:
        raise UserError(
            env._("“%(value)s” is no search domain.", value=value)
        ) from error


def get_record(model, value):
    """The record of a many2one's value, none where it is no id of one.

    What is no id at all is left to Odoo to refuse, when it is written.
    """
    is_id = isinstance(value, int) and not isinstance(value, bool) and value > 0
    return model.browse(value if is_id and value < 2**31 else [])


def get_active_ids(env):
    """The ids that a dialog was opened on, as far as the context holds ids."""
    active_ids = env.context.get("active_ids")
    if not isinstance(active_ids, list | tuple):
        return []
    return [
        record_id
        for record_id in active_ids
        if isinstance(record_id, int) and 0 < record_id < 2**31
    ]
