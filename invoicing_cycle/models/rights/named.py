from collections import defaultdict

from odoo import api, models
from odoo.exceptions import MissingError
from odoo.fields import Command
from odoo.models import BaseModel

#: Commands of x2many fields that name one record.
ONE = (Command.UPDATE, Command.DELETE, Command.UNLINK, Command.LINK)


class BillingNamedMixin(models.AbstractModel):
    """What a caller names, the caller must be able to read.

    Before anything is worked out from a form that is not saved: its fields are computed
    from whatever ids a client sends, and some of them as superuser. The user is asked,
    whoever the code runs as. Dialogs ask on saving as well, see ``billing.dialog``.
    """

    _name = "billing.named.mixin"
    _inherit = ["billing.values.mixin"]
    _description = "Checks What Callers Name"
    #: Names of the fields that are checked, all of them by default.
    _named_fields = None

    @api.model
    def default_get(self, fields):
        # EXTENDS base
        values = super().default_get(fields)
        self._check_named([values])
        return values

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        self._check_named([values])
        return super().onchange(values, field_names, fields_spec)

    # ------------------------------------------------------------------ check

    def _check_named(self, vals_list):
        """Refuse values that name a record which the user may not read.

        Set-based: one check per field that names something, for any number of values.

        :param vals_list: list of values as in create, write and onchange, with what
            their commands say of lines
        :raises AccessError: as reading the record does
        :raises MissingError: where there is no such record
        """
        named = defaultdict(set)
        for vals in vals_list:
            self._collect_named(self, vals, named, self._named_fields)
        for (model, name, comodel), ids in named.items():
            # sudo: taken off, so that the user is asked also where other code runs as
            # superuser
            records = self.env[comodel].sudo(False).browse(sorted(ids))
            check = getattr(self.env[model], "_check_named_records", None)
            (check or self._check_named_records)(name, records)

    def _check_named_records(self, name, records):
        """Refuse records that a field names; to override where somebody may name what
        they may not read.

        :param str name: the field
        :param records: what it names, as the user
        """
        if records._name == "res.company":
            # One's own companies, whether they are switched on or not: a dialog that
            # needs one says so in better words.
            records -= self.env.user.company_ids
        records.check_access("read")
        if missing := records - records.exists():
            raise MissingError(
                self.env._(
                    "Record does not exist or has been deleted.\n(Record: %(record)s)",
                    record=missing[:1],
                )
            )

    @api.model
    def _collect_named(self, records, vals, named, checked=None):
        """Find what values name, with the values of lines and of the form above.

        :param records: of the model that the values are for
        :param dict named: set of ids by (model, field, comodel); added to
        :param checked: names of the fields that are looked at, all by default
        """
        for name, value in vals.items():
            field = records._fields.get(name)
            if not field or not value or (checked and name not in checked):
                continue
            if field.type == "many2one_reference":
                comodel = vals.get(field.model_field) or records[:1][field.model_field]
                ids, lines = _read_one(value)
            elif field.relational:
                comodel = field.comodel_name
                ids, lines = (
                    _read_one(value) if field.type == "many2one" else _read_many(value)
                )
            else:
                continue
            if ids and comodel in self.env:
                named[records._name, name, comodel].update(ids)
            for line in lines:
                self._collect_named(self.env[comodel], line, named)


def _read_one(value):
    """What the value of a many2one names.

    :return: list of ids, list of values of the record itself
    """
    if isinstance(value, BaseModel):
        return value._origin.ids, []
    if isinstance(value, dict):
        # The form that a line is on, as the web client sends it.
        return _read_id(value.get("id")), [value]
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    return _read_id(value), []


def _read_many(value):
    """What the value of an x2many names; see :func:`_read_one`."""
    if isinstance(value, BaseModel):
        return value._origin.ids, []
    ids, lines = [], []
    for command in value if isinstance(value, (list, tuple)) else ():
        if isinstance(command, dict):
            lines.append(command)
        elif not isinstance(command, (list, tuple)):
            ids += _read_id(command)
        else:
            kind, record_id, vals = [*command, None, None, None][:3]
            if kind in ONE:
                ids += _read_id(record_id)
            elif kind == Command.SET and isinstance(vals, (list, tuple)):
                for record_id in vals:
                    ids += _read_id(record_id)
            if isinstance(vals, dict):
                lines.append(vals)
    return ids, lines


def _read_id(value):
    """The id of a saved record as a list; none for one that is new."""
    value = getattr(value, "origin", value)
    try:
        # As the database does: it takes the text of a number for the number.
        return [int(value)] if value else []
    except (TypeError, ValueError, OverflowError):
        return []


def hide_unreadable(records, result, names):
    """Take out of an unsaved form what follows from records that Odoo lets everybody
    name, and that the user may not read.

    :param dict result: of ``onchange``; changed
    :param names: of many2one fields
    """
    values = result.get("value") or {}
    for name in names:
        value = values.get(name)
        record_id = value.get("id") if isinstance(value, dict) else value
        if record_id:
            comodel = records.env[records._fields[name].comodel_name]
            # sudo: taken off, so that the user is asked
            if not comodel.sudo(False).browse(record_id)._filtered_access("read"):
                values[name] = False
    return result
