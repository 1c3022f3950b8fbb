"""What clients call public methods with: as it should be, or refused in plain words."""

from datetime import date, datetime, time, timezone

import pytz

from odoo import fields
from odoo.exceptions import MissingError, UserError
from odoo.fields import Domain

from .refusal import refusal

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
        raise refusal(env._("“%(value)s” is no text.", value=value), "invalid_value")
    # PostgreSQL keeps no zero characters.
    return value.replace("\x00", "").strip()


def get_values(env, value):
    """Values by the names of fields, none where none are given.

    :raises UserError: for what is no dict
    """
    if not value:
        return {}
    if not isinstance(value, dict):
        raise refusal(env._("“%(value)s” are no values.", value=value), "invalid_value")
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
        raise refusal(env._("“%(value)s” is no number.", value=value), "invalid_value")
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
        raise refusal(
            env._("“%(value)s” is no day. Write it as 2026-12-31.", value=value),
            "invalid_value",
        )
    if abs(day.year - fields.Date.today().year) > YEARS_SHOWN:
        raise refusal(
            env._(
                "%(day)s is more than %(years)s years from today: choose a day nearer.",
                day=day.isoformat(),
                years=YEARS_SHOWN,
            ),
            "invalid_value",
        )
    return day


def get_moment(env, value):
    """A moment from its ISO text, None where none is given.

    :param value: ``2026-03-10T14:30:00+02:00``, UTC where no zone is named; or a day,
        which begins in the time zone of the user
    :return: naive datetime in UTC, as Odoo keeps it
    :raises UserError: for what is none, and for one too far from today
    """
    if isinstance(value, str):
        # Python 3.10 does not know the "Z".
        text = value.strip().replace("Z", "+00:00")
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None and value:
            raise refusal(
                env._(
                    "“%(value)s” is no moment. Write it as 2026-12-31T14:30:00Z.",
                    value=value,
                ),
                "invalid_value",
            )
        if moment and len(text) > len("2026-12-31"):
            get_day(env, moment.date())
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
            return moment.replace(microsecond=0)
    day = get_day(env, value)
    if not day:
        return None
    start = env.tz.localize(datetime.combine(day, time.min))
    return start.astimezone(pytz.utc).replace(tzinfo=None)


def get_ids(env, value, limit):
    """Ids, each once and in their order.

    :param int limit: how many at most
    :raises UserError: for what are none, and for too many
    """
    if value is None or value is False:
        return []
    if not isinstance(value, list | tuple) or not all(is_id(one) for one in value):
        raise refusal(
            env._(
                "“%(value)s” are no ids. Write them as [1, 2].", value=str(value)[:40]
            ),
            "invalid_value",
        )
    if len(value) > limit:
        raise refusal(
            env._(
                "%(count)s ids are too many for one call: send at most %(limit)s.",
                count=len(value),
                limit=limit,
            ),
            "too_many",
        )
    return list(dict.fromkeys(value))


def is_id(value):
    """Whether a value can be the id of a record."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return is_number and 0 < value < 2**31


def get_existing(records, name):
    """Those records, all of which are there.

    :param str name: how the caller calls their ids, for the refusal
    :raises MissingError: with the ids that are not
    """
    if missing := records - records.exists():
        raise MissingError(
            records.env._(
                "There is no record of %(name)s %(ids)s. It was deleted, or never was.",
                name=name,
                ids=", ".join(map(str, missing.ids)),
            )
        )
    return records


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
    return model.browse(value if is_id(value) else [])


def get_active_ids(env):
    """The ids that a dialog was opened on, as far as the context holds ids."""
    active_ids = env.context.get("active_ids")
    if not isinstance(active_ids, list | tuple):
        return []
    return [record_id for record_id in active_ids if is_id(record_id)]
