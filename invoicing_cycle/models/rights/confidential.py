from odoo import api, models
from odoo.tools import SQL


class BillingConfidentialMixin(models.AbstractModel):
    """Fields that a user reads on some of the records only.

    Odoo knows records that one may read and fields that one may read, but no field of
    some records. Here the others load with the field empty: to read, filter, sort,
    group and sum by. The cache always holds the true value, since code that runs as
    superuser shares it; what is hidden is hidden where values leave.
    """

    _name = "billing.confidential.mixin"
    _description = "Fields That Are Read on Some Records Only"

    #: Names of the fields, which have ``groups`` for who reads them at all.
    _confidential_fields = frozenset()

    @api.model
    def _is_hiding(self):
        """Whether there are records whose confidential fields the user may not read."""
        return True

    def _filtered_disclosed(self):
        """Those whose confidential fields the user reads."""
        return self

    @api.model
    def _disclosed_sql(self, alias):
        """The same as a condition.

        :param str alias: alias of the model's table
        """
        return SQL("TRUE")

    @api.model
    def _get_hidden(self, names):
        """Which of some fields have to be asked for record by record."""
        if self.env.su:
            return frozenset()
        hidden = self._confidential_fields.intersection(names or ())
        return hidden if hidden and self._is_hiding() else frozenset()

    # ----------------------------------------------------------- single records

    def _has_field_access(self, field, operation):
        # EXTENDS base
        if not super()._has_field_access(field, operation):
            return False
        if operation != "read" or not self._get_hidden([field.name]):
            return True
        records = self._origin
        return not records - records._filtered_disclosed()

    def _fetch_field(self, field):
        # EXTENDS base
        if not self._get_hidden([field.name]):
            return super()._fetch_field(field)
        self.check_access("read")
        # sudo: whether this field may be read of this record was asked before
        return self.sudo().fetch([field.name])

    # ------------------------------------------------------------------ reading

    def _determine_fields_to_fetch(self, field_names=None, ignore_when_in_cache=False):
        # EXTENDS base
        hidden = self._get_hidden(self._confidential_fields)
        for name in hidden.intersection(field_names or ()):
            self.browse()._check_field_access(self._fields[name], "read")
        if field_names:
            field_names = [name for name in field_names if name not in hidden]
        # Read apart, where the records are known.
        return [
            field
            for field in super()._determine_fields_to_fetch(
                field_names, ignore_when_in_cache
            )
            if field.name not in hidden
        ]

    def _read_format(self, fnames, load="_classic_read"):
        # EXTENDS base
        hidden = self._get_hidden(fnames)
        if not hidden:
            return super()._read_format(fnames, load)
        rows = super()._read_format([n for n in fnames if n not in hidden], load)
        records = self.browse(row["id"] for row in rows)
        # sudo: of the records that were asked for
        disclosed = records._filtered_disclosed().sudo()
        values = {row["id"]: row for row in disclosed._read_format(hidden, load)}
        empty = self._get_empty(hidden)
        return [row | values.get(row["id"], empty) for row in rows]

    def web_read(self, specification):
        # EXTENDS web
        # It follows relations from field to record.
        hidden = self._get_hidden(specification)
        rest = hidden and self - self._filtered_disclosed()
        if not rest:
            return super().web_read(specification)
        visible = {
            name: spec for name, spec in specification.items() if name not in hidden
        }
        empty = self._get_empty(hidden)
        rows = super(BillingConfidentialMixin, self - rest).web_read(specification)
        rows += [
            row | empty
            for row in super(BillingConfidentialMixin, rest).web_read(visible)
        ]
        rows_by_id = {row["id"]: row for row in rows}
        return [rows_by_id[id_] for id_ in self._ids if id_ in rows_by_id]

    def _export_rows(self, fields, *, _is_toplevel_call=True):
        # EXTENDS base
        hidden = self._get_hidden({path[0] for path in fields if path})
        for name in hidden:
            self.browse()._check_field_access(self._fields[name], "read")
        rest = hidden and self - self._filtered_disclosed()
        if not rest:
            return super()._export_rows(fields, _is_toplevel_call=_is_toplevel_call)
        # A record may take several rows: its id stands in the first of them.
        columns = [i for i, path in enumerate(fields) if path and path[0] in hidden]
        visible = [[".id"] if i in columns else path for i, path in enumerate(fields)]
        rows_by_id, rows = {}, []
        for records, paths in ((self - rest, fields), (rest, visible)):
            for *row, id_ in super(BillingConfidentialMixin, records)._export_rows(
                [*paths, [".id"]], _is_toplevel_call=_is_toplevel_call
            ):
                if paths is visible:
                    for i in columns:
                        row[i] = ""
                rows = rows_by_id.setdefault(id_, []) if id_ else rows
                rows.append(row)
        return [row for id_ in self._ids for row in rows_by_id[str(id_)]]

    def onchange(self, values, field_names, fields_spec):
        # EXTENDS web
        # A form of a saved record takes its values one by one.
        hidden = self._get_hidden(fields_spec)
        if not hidden or not self - self._filtered_disclosed():
            return super().onchange(values, field_names, fields_spec)
        names = [name for name in field_names if name not in hidden]
        if field_names and not names:
            return {}
        return super().onchange(
            {name: values[name] for name in values if name not in hidden},
            names,
            {name: fields_spec[name] for name in fields_spec if name not in hidden},
        )

    @api.model
    def _get_empty(self, names):
        none = self.browse()
        return {
            name: self._fields[name].convert_to_read(none[name], none) for name in names
        }

    # ------------------------------------------------------------------ queries

    @api.model
    def _search(self, domain, *args, **kwargs):
        # EXTENDS base
        # Odoo searches among the milestones of a project, for instance, from these:
        # the query hides by record, whatever it starts from.
        return super(BillingConfidentialMixin, self.browse())._search(
            domain, *args, **kwargs
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        # As in a search.
        column = super(BillingConfidentialMixin, self.browse())._field_to_sql(
            alias, field_expr, query
        )
        hidden = self._get_hidden([field_expr.partition(".")[0]])
        if not hidden:
            return column
        for name in hidden:
            # Odoo does not ask for related fields.
            self.browse()._check_field_access(self._fields[name], "read")
        return SQL("(CASE WHEN %s THEN %s END)", self._disclosed_sql(alias), column)

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        # EXTENDS base
        field = self._fields.get(field_name)
        if field and field.type == "many2one" and self._get_hidden([field_name]):
            # Not in the order of the other model, which would be read past all this.
            field_name = f"{field_name}.id"
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
