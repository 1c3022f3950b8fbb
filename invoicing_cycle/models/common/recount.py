from odoo import api, fields, models
from odoo.tools import SQL


class BillingRecountMixin(models.AbstractModel):
    """Stored fields that are counted when they are read, not when time is saved.

    To the ORM they are ordinary stored fields with all their dependencies. Only where a
    flush would compute them does it leave a note (``billing.recount``) instead, and
    whatever uses one of their columns counts first what has a note. So many people can
    save time quickly, and what one reads, sums, searches or sorts by is true.

    A ``prefetch`` group of their own keeps those who read other fields from counting.
    """

    _name = "billing.recount.mixin"
    _description = "Fields That Are Counted When Read"

    #: The field of ``billing.recount`` that points to this model.
    _recount_link = None

    @api.model
    def _get_recounted_fields(self):
        """Names of the fields."""
        return ()

    def _count(self):
        """
        :return: dict, id to {field name: value}
        """
        return {}

    def _prepare_recount(self):
        """What has to be put right before these records are counted."""

    # ---------------------------------------------------------------- leaving notes

    def _recompute_model(self, fnames=None):
        # EXTENDS base
        # Who names a field, as every query on its column does, gets it computed.
        if fnames is not None and not set(self._get_recounted_fields()).isdisjoint(
            fnames
        ):
            self._compute_pending_counts()
        return super()._recompute_model(fnames)

    def _recompute_field(self, field, ids=None):
        # EXTENDS base
        if field.name in self._get_recounted_fields():
            self._postpone_counts()
        return super()._recompute_field(field, ids)

    @api.model
    def _postpone_counts(self):
        if pending := self._take_pending_counts():
            self.env.cr.execute(self._note_recount_sql(pending))

    @api.model
    def _take_pending_counts(self):
        """Take records off the ORM's list of what to compute.

        :return: their ids; whoever calls this has to note them
        """
        names = self._get_recounted_fields()
        pending, unsaved = set(), set()
        for name in names:
            field = self._fields[name]
            pending.update(filter(None, self.env.records_to_compute(field)._ids))
            unsaved.update(self.env.transaction.field_dirty.get(field, ()))
        # Values that were computed and not saved yet stay with the ORM.
        records = self.browse(pending - unsaved)
        for name in names:
            self.env.remove_to_compute(self._fields[name], records)
        if records:
            records.invalidate_recordset(names, flush=False)
            self._forget_counts()
        return records.ids

    @api.model
    def _note_recount_sql(self, ids):
        """The statement that leaves a note for each of these records, if it exists."""
        return SQL(
            "INSERT INTO billing_recount (%s) SELECT id FROM %s WHERE id = ANY(%s)",
            SQL.identifier(self._recount_link),
            SQL.identifier(self._table),
            ids,
        )

    # --------------------------------------------------------------------- counting

    def _field_to_sql(self, alias, field_expr, query=None):
        # EXTENDS base
        if field_expr not in self._get_recounted_fields():
            return super()._field_to_sql(alias, field_expr, query)
        unstored = self._recount()
        self._compute_pending_counts()
        column = super()._field_to_sql(alias, field_expr, query)
        if not unstored:
            return column
        type_ = SQL.identifier(self._fields[field_expr].column_type[0])
        return SQL(
            """
            (CASE WHEN %(id)s IN %(ids)s
                  THEN (SELECT counted.value
                          FROM (VALUES %(values)s) AS counted (id, value)
                         WHERE counted.id = %(id)s)
                  ELSE %(column)s
              END)
            """,
            id=SQL.identifier(alias, "id"),
            ids=tuple(unstored),
            values=SQL(", ").join(
                SQL("(%s, CAST(%s AS %s))", id_, values[field_expr], type_)
                for id_, values in unstored.items()
            ),
            column=column,
        )

    @api.model
    def _compute_pending_counts(self):
        for name in self._get_recounted_fields():
            pending = self.env.records_to_compute(self._fields[name])
            # sudo: counts do not depend on who reads them. One by one: the first
            # computes them all, and mapped() would query the column for so many that
            # it fetches them, which comes back here.
            for record in pending.browse(filter(None, pending._ids)).sudo():
                record[name]

    @api.model
    def _recount(self):
        """Count what has a note again and store it, once a transaction.

        What cannot be stored, because the database is read-only or somebody else is
        at the same record, is counted all the same. So reading never waits.

        :return: dict, id to {field name: value}, of what could not be stored
        """
        # Lives as long as what the transaction sees of others.
        cache, key = self.env.cr.cache, ("billing.recount", self._name)
        if key not in cache:
            # Counting reads the same records itself.
            cache[key] = {}
            # sudo: counts do not depend on who reads them
            cache[key] = self.sudo()._recount_noted()
        return cache[key]

    @api.model
    def _forget_counts(self):
        """Notes were added: the next reader counts."""
        self.env.cr.cache.pop(("billing.recount", self._name), None)

    @api.model
    def _recount_noted(self):
        link = SQL.identifier(self._recount_link)
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT %s FROM billing_recount WHERE %s IS NOT NULL",
                link,
                link,
            )
        )
        noted = self.browse(row[0] for row in rows)
        if not noted:
            return {}
        stored = noted.browse()
        if not self.env.cr.readonly:
            stored = noted.try_lock_for_update(allow_referencing=True)
        if stored:
            stored._prepare_recount()
            self.env.cr.execute(
                SQL("DELETE FROM billing_recount WHERE %s IN %s", link, stored._ids)
            )
            for name in self._get_recounted_fields():
                self.env.add_to_compute(self._fields[name], stored)
            self._compute_pending_counts()
        rest = noted - stored
        counts = rest._count()
        return {
            record.id: {
                name: self._fields[name].convert_to_cache(value, record)
                for name, value in counts[record.id].items()
            }
            for record in rest
        }


class BillingRecount(models.Model):
    """A note that something has to be counted again, see ``billing.recount.mixin``.

    Notes are only ever added, so people who save time of one project at the same
    moment neither wait for each other nor collide. Who counts takes away the notes
    that it sees; one that somebody else is just adding outlives that count.
    """

    _name = "billing.recount"
    _description = "Record to Count Again"
    _log_access = False

    period_id = fields.Many2one(
        "project.billing.period", index="btree_not_null", ondelete="cascade"
    )
    required_id = fields.Many2one(
        "project.billing.period.required", index="btree_not_null", ondelete="cascade"
    )

    @api.model
    def _count_all(self):
        """Count what nobody reads, so that notes do not gather."""
        self.env["project.billing.period"]._recount()
        self.env["project.billing.period.required"]._recount()
