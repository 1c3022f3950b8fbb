from collections import defaultdict
from typing import NamedTuple

from odoo import api, fields, models
from odoo.tools import SQL


class Pointer(NamedTuple):
    """What tells on which item time is: a project, a task or a person's rate.

    Ids; 0 where it is none of that.
    """

    project: int
    task: int = 0
    employee: int = 0


class ProjectBillingRate(models.Model):
    """On which item time was until a day, before somebody chose another one.

    Projects, tasks and the rates of people know the item that holds now. What held
    before stays here, so that time of an earlier day gets the item, and with that the
    price, of its day: whenever it is entered, corrected or billed again.
    """

    _name = "project.billing.rate"
    _description = "Item That Held Until a Day"
    _order = "project_id, date_to, id"

    project_id = fields.Many2one(
        "project.project", required=True, index=True, ondelete="cascade"
    )
    task_id = fields.Many2one(
        "project.task",
        index="btree_not_null",
        ondelete="cascade",
        help="The item was that of a task, else of the project or of a person.",
    )
    employee_id = fields.Many2one(
        "hr.employee",
        ondelete="cascade",
        help="The item was that of a person's rate on the project.",
    )
    sale_line_id = fields.Many2one(
        "sale.order.line",
        string="Sales Order Item",
        index="btree_not_null",
        ondelete="cascade",
        help="None: the person had no rate of their own.",
    )
    date_to = fields.Date(
        string="Until", required=True, help="The last day on which it held."
    )

    _unique_day = models.UniqueIndex(
        "(project_id, COALESCE(task_id, 0), COALESCE(employee_id, 0), date_to)"
    )

    def _get_pointer(self):
        self.ensure_one()
        return Pointer(self.project_id.id, self.task_id.id or 0, self.employee_id.id)

    @api.model
    def _get_settled_days(self, items, everything=False):
        """Up to which day time on an item is settled, in one query.

        :param dict items: :class:`Pointer` to id of the item that it points to now; 0:
            whatever item the time is on
        :param bool everything: time that is neither locked nor billed counts as well
        :return: dict, :class:`Pointer` to ``datetime.date``; without those of which
            no time is settled
        """
        if not items:
            return {}
        Entry = self.env["account.analytic.line"]
        settled = SQL("TRUE") if everything else Entry._settled_sql("entry")
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pointer.project_id, pointer.task_id, pointer.employee_id,
                       MAX(%(date)s)
                  FROM (VALUES %(pointers)s)
                       AS pointer (project_id, task_id, employee_id, item_id)
                  JOIN account_analytic_line entry
                    ON %(project)s = pointer.project_id
                   AND (pointer.task_id = 0 OR %(task)s = pointer.task_id)
                   AND (pointer.employee_id = 0 OR %(employee)s = pointer.employee_id)
                   AND (pointer.item_id = 0 OR %(item)s = pointer.item_id)
                 WHERE %(item)s IS NOT NULL AND %(edited)s IS NOT TRUE AND %(settled)s
              GROUP BY 1, 2, 3
                """,
                pointers=SQL(", ").join(
                    SQL("(%s, %s, %s, %s)", *pointer, item)
                    for pointer, item in items.items()
                ),
                date=Entry._column("entry", "date", Entry._name),
                project=Entry._column("entry", "project_id", Entry._name),
                task=Entry._column("entry", "task_id", Entry._name),
                employee=Entry._column("entry", "employee_id", Entry._name),
                item=Entry._column("entry", "so_line", Entry._name),
                edited=Entry._column("entry", "is_so_line_edited", Entry._name),
                settled=settled,
            )
        )
        return {Pointer(*row[:3]): row[3] for row in rows}

    @api.model
    def _get_known(self, items):
        """What held before, by :class:`Pointer` (superuser records, oldest first).

        :param items: :class:`Pointer`
        """
        # sudo: what held follows from who changes it; nobody writes it by hand
        Rate = self.sudo()
        known = defaultdict(Rate.browse)
        for rate in Rate.search(
            [("project_id", "in", [pointer.project for pointer in items])]
        ):
            known[rate._get_pointer()] |= rate
        return known

    @api.model
    def _hold_until(self, items, days, chosen=False):
        """These items held until these days, whatever comes after.

        :param dict items: :class:`Pointer` to id of the item before, 0 for none
        :param dict days: :class:`Pointer` to ``datetime.date``, of those that keep it
        :param bool chosen: somebody chose the day: what held after it does not; by
            default what is known to have held stays
        """
        # sudo: as in _get_known
        Rate, known = self.sudo(), self._get_known(items)
        vals_list = []
        for pointer, day in days.items():
            later = known[pointer].filtered(lambda rate, day=day: rate.date_to >= day)
            if later and not chosen:
                continue
            held = later[:1].sale_line_id.id if later else items[pointer]
            later.unlink()
            vals_list.append(
                {
                    "project_id": pointer.project,
                    "task_id": pointer.task or False,
                    "employee_id": pointer.employee or False,
                    "sale_line_id": held or False,
                    "date_to": day,
                }
            )
        return Rate.create(vals_list)

    @api.model
    def _hold_before(self, items, day):
        """These items held until a day, where they are known to have held on it and
        after.

        :param dict items: :class:`Pointer` to id of the item
        """
        known = self._get_known(items)

        def held_on_it(pointer):
            return known[pointer].filtered(lambda rate: rate.date_to >= day)[:1]

        # sudo: as in _get_known
        self.sudo().create(
            [
                {
                    "project_id": pointer.project,
                    "task_id": pointer.task or False,
                    "employee_id": pointer.employee or False,
                    "sale_line_id": item,
                    "date_to": day,
                }
                for pointer, item in items.items()
                if (rate := held_on_it(pointer)).sale_line_id.id == item
                and rate.date_to != day
            ]
        )

    @api.model
    def _forget(self, items):
        """What holds now of these holds for all time.

        :param items: :class:`Pointer`
        """
        known = self._get_known(items)
        # sudo: as in _get_known
        self.sudo().union(*(known[pointer] for pointer in items)).unlink()


class ProjectProject(models.Model):
    _inherit = "project.project"

    billing_rate_ids = fields.One2many(
        "project.billing.rate",
        "project_id",
        string="Items That Held Before",
        readonly=True,
        copy=False,
        groups="base.group_system",
    )
    billing_rates_until = fields.Date(
        compute="_compute_billing_rates_until",
        store=True,
        copy=False,
        export_string_translation=False,
        help="After this day, time is on the items that hold now.",
        groups="base.group_system",
    )

    @api.depends("billing_rate_ids.date_to")
    def _compute_billing_rates_until(self):
        for project in self:
            project.billing_rates_until = max(
                project.billing_rate_ids.mapped("date_to"), default=False
            )
