"""What all calls of other systems have in common."""

from datetime import timedelta
from functools import wraps

from odoo import models
from odoo.exceptions import (
    AccessError,
    LockError,
    MissingError,
    RedirectWarning,
    UserError,
    ValidationError,
)
from odoo.fields import Domain

from ..common.call_arguments import get_existing, get_ids, get_moment, is_one_of
from ..common.refusal import refusal

#: Items on a page, and at most.
PAGE, LARGEST_PAGE = 100, 500
#: Ids in one call. One request has to be done before a server gives up on it.
MOST_IDS = 500
#: What is being written while a list is made is dated before it, and seen after it. So
#: whoever asks what changed since then looks back a little further.
OVERLAP = timedelta(minutes=15)

#: The codes of refusals that name none themselves, by their class.
CODES = (
    (AccessError, "access_denied"),
    (MissingError, "not_found"),
    (LockError, "busy"),
    (ValidationError, "invalid_value"),
)


def call(method):
    """A call of another system.

    It runs as the user of the key, with nothing of the caller's context that could fill
    or bend anything. What is refused has a code.
    """

    @wraps(method)
    def answer(self, *args, **kwargs):
        period = self.env["project.billing.period"]
        self = self.with_env(period._without_caller_context().env)
        try:
            result = method(self, *args, **kwargs)
            # What only the database notices is refused here as well.
            self.env.flush_all()
        except RedirectWarning as warning:
            # It opens a form of Odoo's to whoever sits in front of it.
            raise refusal(warning.args[0], "refused") from warning
        except UserError as error:
            context = getattr(error, "context", {})
            error.context = {**context, "code": get_error_code(error)}
            raise
        return result

    return answer


def get_error_code(error):
    """The code of an exception: its own, that of its class, or ``refused``."""
    own = getattr(error, "context", {}).get("code")
    by_class = (code for kind, code in CODES if isinstance(error, kind))
    return own or next(by_class, "refused")


def as_moment(value):
    """ISO text of a moment that Odoo keeps, None where there is none."""
    return f"{value.isoformat(timespec='seconds')}Z" if value else None


def as_day(value):
    return value.isoformat() if value else None


def as_named(record):
    """Id and name of a record that a row tells of, None where there is none."""
    # sudo: the names on a row that the user reads
    return {"id": record.id, "name": record.sudo().display_name} if record else None


class InvoicingCycleApi(models.AbstractModel):
    """The calls of other systems, one public method each.

    ``docs/api.md`` is their manual: what it shows, the tests call. Each method takes
    and gives plain values. It does what the screen does, by the same methods, and asks
    for the same rights.
    """

    _name = "invoicing.cycle.api"
    _description = "Calls of Other Systems"

    def _get_records(self, model, ids, name):
        """Records that a caller names, all of which are there.

        :param str name: how the argument is called
        :raises UserError: for what are no ids, none or too many
        """
        ids = get_ids(self.env, ids, MOST_IDS)
        if not ids:
            raise refusal(
                self.env._("%(name)s is empty: name at least one.", name=name),
                "invalid_value",
            )
        return get_existing(self.env[model].browse(ids), name)

    def _get_page(self, records, domain, after, limit):
        """One page of those that fit a domain, in the order of their ids.

        :param records: empty records of the model
        :param after: the id that the page before ended with
        :return: (the records, the id to go on after or None)
        """
        limit = self._get_whole_number("limit", limit, 1, LARGEST_PAGE, PAGE)
        after = self._get_whole_number("after", after, 0, 2**31 - 1, 0)
        records.check_access("read")
        found = records.search(
            domain & Domain("id", ">", after), order="id", limit=limit + 1
        )
        page = found[:limit]
        return page, page[-1:].id if len(found) > limit else None

    def _get_answer(self, items, following):
        """A page as it is answered.

        :param int following: what the next page comes after
        """
        return {
            "items": items,
            "next": following,
            # By the clock that dates what is written.
            "as_of": as_moment(self.env.cr.now() - OVERLAP),
        }

    def _get_whole_number(self, name, value, low, high, default):
        if value is None or value is False:
            return default
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not low <= value <= high:
            raise refusal(
                self.env._(
                    "%(name)s cannot be %(value)s: send a whole number from %(low)s to "
                    "%(high)s.",
                    name=name,
                    value=str(value)[:40],
                    low=low,
                    high=high,
                ),
                "invalid_value",
            )
        return value

    def _check_choice(self, name, value, choices):
        if not is_one_of(value, choices):
            raise refusal(
                self.env._(
                    "%(name)s cannot be “%(value)s”: choose one of %(choices)s.",
                    name=name,
                    value=str(value)[:40],
                    choices=", ".join(choices),
                ),
                "invalid_value",
            )
        return value

    def _check_choices(self, name, values, choices):
        """Some of some texts, all of them where none are given."""
        if values is None or values is False:
            return list(choices)
        for value in values if isinstance(values, list | tuple) else [values]:
            self._check_choice(name, value, choices)
        return values if isinstance(values, list | tuple) else [values]

    def _ids_domain(self, field, ids):
        """Records that one of some ids stands in, all where none are given."""
        if ids is None or ids is False:
            return Domain.TRUE
        return Domain(field, "in", get_ids(self.env, ids, MOST_IDS))

    def _changed_domain(self, changed_since):
        moment = get_moment(self.env, changed_since)
        return Domain("write_date", ">=", moment) if moment else Domain.TRUE
