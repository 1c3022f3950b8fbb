from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date

from odoo import api, models

from .history import Pointer

#: From which day the changes of this call hold; None: the day after the last settled
#: time.
_day = ContextVar("invoicing_cycle_rates_from", default=None)

#: Whether another item follows from another price, and what held before stays.
_is_handed_over = ContextVar("invoicing_cycle_rates_handed_over", default=False)

#: The pointers that a block around this one looks after.
_kept = ContextVar("invoicing_cycle_rates_kept", default=frozenset())

#: With these a project, a task or a rate may get another item.
ITEM_FIELDS = frozenset(
    {
        "allow_billable",
        "employee_id",
        "partner_id",
        "project_id",
        "sale_line_id",
        "sale_order_id",
    }
)


@contextmanager
def holding_from(day, handed_over=False):
    """What gets another item in this block gets it from a day on.

    :param date day: ``date.min`` for all time that is not billed
    :param bool handed_over: the same item at another price: what is known to have held
        before, and later, stays
    """
    token, other = _day.set(day or None), _is_handed_over.set(handed_over)
    try:
        yield
    finally:
        _day.reset(token)
        _is_handed_over.reset(other)


def _read_id(value):
    """The id that a caller gives; 0 for none, and for what Odoo refuses by itself."""
    try:
        return min(max(int(value or 0), 0), 2**31 - 1)
    except (TypeError, ValueError, OverflowError):
        return 0


class ProjectBillingRate(models.Model):
    _inherit = "project.billing.rate"

    @api.model
    @contextmanager
    def _keeping_items(self, get_items):
        """Time keeps its item while projects, tasks or rates are written in this block.

        By default what is locked or billed, and all that is dated before that; of a
        project that gets another customer all that is there, since what was worked for
        one is never billed to another by itself. :func:`holding_from` chooses another
        day.

        :param get_items: function without arguments: the :class:`Pointer` of what is
            written to the id of its item, 0 for none
        """
        before = {
            pointer: item
            for pointer, item in get_items().items()
            if pointer not in _kept.get()
        }
        if not before:
            yield
            return
        # sudo: what follows for time, whoever changes the rate
        Project = self.env["project.project"].sudo()
        projects = Project.browse({pointer.project for pointer in before})
        customers = {
            project.id: project.partner_id.commercial_partner_id for project in projects
        }
        self.env.flush_all()
        settled, there = (
            self._get_settled_days(before, everything) for everything in (False, True)
        )
        entries = projects._get_time_to_rate()
        token = _kept.set(_kept.get() | before.keys())
        try:
            # Nothing is worked out by half of a change.
            with self.env.protecting([entries._fields["so_line"]], entries):
                yield
        finally:
            _kept.reset(token)
        after = get_items()
        changed = {
            pointer: item
            for pointer, item in before.items()
            if after.get(pointer, 0) != item
        }
        moved = {
            project.id
            for project in projects
            if project.partner_id.commercial_partner_id != customers[project.id]
        }
        days = {
            pointer: day
            for pointer in changed
            if (day := (there if pointer.project in moved else settled).get(pointer))
        }
        self._hold(changed, days)
        # Also what has gone to another project meanwhile.
        entries.exists()._rate_anew()

    @api.model
    def _hold(self, items, settled):
        """Write down what held before of what points to other items now.

        :param dict items: :class:`Pointer` to id of the item before, 0 for none
        :param dict settled: :class:`Pointer` to the last day that keeps it by default
        """
        day = _day.get()
        if day is None:
            self._hold_until(items, settled)
        elif day != date.min:
            self._hold_until(
                items,
                dict.fromkeys(items, day - date.resolution),
                chosen=not _is_handed_over.get(),
            )
        elif not _is_handed_over.get():
            self._forget(items)


class ProjectProject(models.Model):
    _inherit = "project.project"

    def _get_time_to_rate(self):
        """Time of these projects that gets the item of its day (superuser records)."""
        # sudo: as in _keeping_items
        return (
            self.env["account.analytic.line"]
            .sudo()
            .search(
                [
                    ("project_id", "in", self.ids),
                    ("is_so_line_edited", "=", False),
                    ("invoice_line_id", "=", False),
                ]
            )
        )

    def _update_timesheets_sale_line_id(self):
        # OVERRIDES sale_timesheet
        # It writes the rate of today on all time of everybody, whatever its day. Time
        # follows a rate by _keeping_items, around all that changes one.
        return

    @contextmanager
    def _keeping_items(self, names):
        """These projects are written in this block: time keeps the item of its day.

        :param names: of the fields
        """
        if ITEM_FIELDS.isdisjoint(names):
            yield
            return
        # sudo: the items of tasks and rates may follow, whoever changes the project
        projects = self.sudo()
        follow = not {"allow_billable", "partner_id"}.isdisjoint(names)

        def get_items():
            items = {
                Pointer(project.id): project.sale_line_id.id for project in projects
            }
            if follow:
                items |= projects.sale_line_employee_ids._get_items()
                items |= projects.with_context(active_test=False).tasks._get_items()
            return {pointer: item for pointer, item in items.items() if item}

        with self.env["project.billing.rate"]._keeping_items(get_items):
            yield


class AccountAnalyticLine(models.Model):
    _inherit = "account.analytic.line"

    def _rate_anew(self):
        """Rates have changed: this time gets the item of its day.

        Once the block around it is done, where there is one.
        """
        later = {pointer.project for pointer in _kept.get()}
        entries = self.filtered(lambda line: line.project_id.id not in later)
        items = entries.so_line
        self.env.add_to_compute(entries._fields["so_line"], entries)
        entries.modified(["so_line"])
        # The items that lose time are not told by that.
        self.env.add_to_compute(items._fields["qty_delivered"], items)
        items.modified(["qty_delivered"])


class ProjectTask(models.Model):
    _inherit = "project.task"

    def _get_items(self):
        """
        :return: dict, :class:`Pointer` to id of the item
        """
        return {
            Pointer(task.project_id.id, task=task.id): task.sale_line_id.id
            for task in self
            if task.project_id and task.sale_line_id
        }

    @contextmanager
    def _keeping_items(self, names):
        """These tasks are written in this block: time keeps the item of its day.

        :param names: of the fields
        """
        if ITEM_FIELDS.isdisjoint(names):
            yield
            return
        # sudo: the items of tasks, whoever changes these
        tasks = self.sudo()
        with self.env["project.billing.rate"]._keeping_items(tasks._get_items):
            yield


class ProjectSaleLineEmployeeMap(models.Model):
    _inherit = "project.sale.line.employee.map"

    def _get_items(self):
        """
        :return: dict, :class:`Pointer` to id of the item, 0 for none
        """
        return {
            Pointer(rate.project_id.id, employee=rate.employee_id.id): (
                rate.sale_line_id.id or 0
            )
            for rate in self
        }

    @contextmanager
    def _keeping_items(self, vals_list=()):
        """These rates are written or deleted in this block, or others made: time keeps
        the item of its day.

        :param vals_list: values of new rates, or those that these get
        """
        # sudo: the rates of projects, whoever changes one
        rates = self.sudo()
        if (
            rates
            and vals_list
            and not any(ITEM_FIELDS & vals.keys() for vals in vals_list)
        ):
            yield
            return
        pointers = set(rates._get_items())
        context = self.env.context
        for vals in vals_list:
            # Of a rate that gets another person, or another project, too.
            for rate in rates or [rates]:
                project, employee = (
                    _read_id(
                        vals.get(name)
                        or rate[name].id
                        or context.get(f"default_{name}")
                    )
                    for name in ("project_id", "employee_id")
                )
                pointers.add(Pointer(project, employee=employee))

        def get_items():
            # Whoever has no rate is on the item of the project or task.
            found = rates.search(
                [("project_id", "in", [pointer.project for pointer in pointers])]
            )
            items = found._get_items()
            return {
                pointer: items.get(pointer, 0)
                for pointer in pointers
                if pointer.project and pointer.employee
            }

        with self.env["project.billing.rate"]._keeping_items(get_items):
            yield
