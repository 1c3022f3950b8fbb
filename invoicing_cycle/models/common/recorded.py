from contextlib import contextmanager
from contextvars import ContextVar

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import AccessError

#: What the call that runs now may record: pairs of a model's and a field's name.
_recordable = ContextVar("invoicing_cycle_recordable", default=frozenset())


@contextmanager
def recording(model, names):
    """Let this block record results that nobody may write by hand.

    This is the only key to them, and only code has it: neither the superuser's rights,
    which Odoo lends to whoever writes the own user, nor a key of the context, which any
    client can send, opens anything.

    :param str model: name of the model
    :param names: names of its fields
    """
    token = _recordable.set(_recordable.get() | {(model, name) for name in names})
    try:
        yield
    finally:
        _recordable.reset(token)


def filter_closed(records, names):
    """Those of some fields of a model that this call may not write.

    :param records: of the model
    :param names: set of names of its fields
    :return: frozenset, empty for OdooBot
    """
    if records.env.uid == SUPERUSER_ID:
        return frozenset()
    granted = {name for model, name in _recordable.get() if model == records._name}
    return frozenset(names) - granted


def is_recording(records):
    """Whether our own code acts on this model now, or OdooBot, and not a user."""
    return records.env.uid == SUPERUSER_ID or any(
        model == records._name for model, _name in _recordable.get()
    )


def with_user_rights(records):
    """Records as the user may use them, also where Odoo writes as the superuser what
    the user named: commands in the own user's fields, for instance."""
    return records if is_recording(records) else records.sudo(False)


def check_user_rights(records, operation):
    """Raise unless the user may do so with all of these records, if there are any.

    :param str operation: as in ``check_access``
    """
    if records:
        with_user_rights(records).check_access(operation)


class BillingRecordedMixin(models.AbstractModel):
    """Fields that hold results: code records them, nobody writes them by hand.

    Neither RPC nor import nor a form writes them, and no default fills them: not from a
    context, not from ``ir.default``. Who writes is the user, whoever the code runs as:
    only OdooBot passes, and :meth:`_record`.
    """

    _name = "billing.recorded.mixin"
    _inherit = ["billing.values.mixin"]
    _description = "Fields That Are Recorded"

    @api.model
    def _get_recorded_fields(self):
        """Names of the fields that only :meth:`_record` writes."""
        return frozenset()

    def _record(self, vals):
        """Write results.

        :param dict vals: as in ``write``
        """
        with recording(self._name, vals):
            # sudo: results are recorded for whoever did what they follow from.
            return self.sudo().write(vals)

    @api.model
    def _recording(self):
        """A block in which our code creates, changes and deletes such records.

        The rights of the user are not asked there: that is the matter of the caller.
        """
        return recording(self._name, self._get_recorded_fields())

    @api.model
    def default_get(self, fields):
        recorded = self._get_recorded_fields().intersection(fields)
        if not recorded:
            return super().default_get(fields)
        values = super().default_get([name for name in fields if name not in recorded])
        for name in recorded:
            if default := self._fields[name].default:
                values[name] = default(self)
        return values

    @api.model_create_multi
    def create(self, vals_list):
        closed = self._get_not_recordable()
        for vals in vals_list:
            self._refuse_recorded(name for name in closed & vals.keys() if vals[name])
        return super().create(
            [
                {name: value for name, value in vals.items() if name not in closed}
                for vals in vals_list
            ]
        )

    def write(self, vals):
        self._check_recorded(vals)
        return super().write(vals)

    def _check_recorded(self, vals):
        """Raise where values name results that are not this call's to record."""
        if isinstance(vals, dict):
            # What is none, Odoo refuses.
            self._refuse_recorded(self._get_not_recordable() & vals.keys())

    @api.model
    def _get_not_recordable(self):
        """Names of the recorded fields that are closed to this call."""
        return filter_closed(self, self._get_recorded_fields())

    def _refuse_recorded(self, names):
        if names := list(names):
            raise AccessError(self._format_recorded(names))

    @api.model
    def _format_recorded(self, names):
        """The refusal to write some recorded fields, as a text."""
        labels = self.fields_get(names, ["string"])
        return self.env._(
            "%(fields)s (%(document)s) cannot be written by hand: it follows from what "
            "is done with the document.",
            fields=", ".join(
                sorted(labels.get(name, {}).get("string", name) for name in names)
            ),
            document=self.env["ir.model"]._get(self._name).name,
        )
