"""Invoices one month of many projects, confirms and credits it, handles plain invoices
and saves time entries, and tells what each took; for Odoo's shell.

On a database with the add-on by its generator and by Odoo's own wizard, else by the
wizard alone: the same customers, orders, projects and time entries in both. Nothing is
stored. ``BENCH_OUT`` is the file that the medians of all rounds go to, as JSON.
"""

import os
import sys
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.fields import Command

sys.path.insert(0, os.environ["BENCH_SCRIPTS"])
from meter import Meter

PROJECTS = int(os.environ["BENCH_PROJECTS"])
ENTRIES = int(os.environ["BENCH_ENTRIES"])
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HOURS = (0.25, 1.0, 1.5, 7.75)
PRICE = 100.0
#: Plain invoices of each round, and saved time entries.
PLAIN = 30


class World:
    """Orders with their projects and a month of locked time.

    Some have four times the entries, which tells what one more entry costs.
    """

    def __init__(self, env):
        self.env = env
        self.has_addon = "project.billing.period" in env
        env["account.chart.template"].try_loading(
            "generic_coa", company=env.company, install_demo=False
        )
        self.last = fields.Date.today().replace(day=1) - timedelta(days=1)
        self.first = self.last.replace(day=1)
        self.product = env["product.product"].create(
            {
                "name": "Consulting",
                "type": "service",
                "list_price": PRICE,
                "uom_id": env.ref("uom.product_uom_hour").id,
                "service_policy": "delivered_timesheet",
            }
        )
        self.user = self._create_user()
        self.employee = env["hr.employee"].create(
            {"name": "Consultant", "hourly_cost": 40.0, "user_id": self.user.id}
        )
        self.orders = self._create_orders(PROJECTS)
        self.long_orders = self._create_orders(PROJECTS // 4)
        self.projects = self._create_projects(self.orders)
        self._log_time(self.projects, ENTRIES)
        self._log_time(self._create_projects(self.long_orders), 4 * ENTRIES)
        # Another project in each round, for the same reason as in invoice().
        self.saved = self._create_projects(self._create_orders(ROUNDS + 1))
        self._log_time(self.saved, ENTRIES)
        if self.has_addon:
            self.employee.timesheet_locked_until = self.last
        env.cr.flush()

    def _create_user(self):
        groups = "base.group_user", "hr_timesheet.group_hr_timesheet_user"
        return self.env["res.users"].create(
            {
                "name": "Consultant",
                "login": "bench",
                "group_ids": [
                    Command.set([self.env.ref(group).id for group in groups])
                ],
            }
        )

    def _create_orders(self, count):
        partners = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        line = {"product_id": self.product.id, "product_uom_qty": 10.0}
        orders = self.env["sale.order"].create(
            [
                {"partner_id": partner.id, "order_line": [Command.create(line)]}
                for partner in partners
            ]
        )
        orders.action_confirm()
        return orders

    def _create_projects(self, orders):
        schedule = {
            "billing_frequency": "monthly",
            "billing_start_date": self.first,
            "billing_line_detail": "sale_line",
        }
        return self.env["project.project"].create(
            [
                {
                    "name": f"Project of {order.name}",
                    "allow_billable": True,
                    "allow_timesheets": True,
                    "partner_id": order.partner_id.id,
                    "sale_line_id": order.order_line.id,
                    **(schedule if self.has_addon else {}),
                }
                for order in orders
            ]
        )

    def _log_time(self, projects, count):
        self.env["account.analytic.line"].create(
            [
                {
                    "name": "Work",
                    "project_id": project.id,
                    "employee_id": self.employee.id,
                    "date": self.first + timedelta(days=number % self.last.day),
                    "unit_amount": HOURS[number % len(HOURS)],
                }
                for project in projects
                for number in range(count)
            ]
        )

    def get_periods(self, orders):
        return self.env["project.billing.period"].search(
            [
                ("project_id.sale_line_id.order_id", "in", orders.ids),
                ("date_from", "=", self.first),
            ]
        )

    def invoice_by_wizard(self, orders):
        dialog = (
            self.env["sale.advance.payment.inv"]
            .with_context(active_model="sale.order", active_ids=orders.ids)
            .create(
                {
                    "advance_payment_method": "delivered",
                    "date_start_invoice_timesheet": self.first,
                    "date_end_invoice_timesheet": self.last,
                }
            )
        )
        dialog.create_invoices()

    def invoice_by_addon(self, orders):
        self.get_periods(orders)._generate_invoices()


def check(orders, entries):
    """All have to have done the work: one invoice each, all time, its price."""
    invoices = orders.invoice_ids
    count = len(invoices), len(invoices.timesheet_ids)
    if count != (len(orders), len(orders) * entries):
        raise AssertionError(f"invoices and their entries: {count}")
    hours = sum(HOURS[number % len(HOURS)] for number in range(entries))
    wrong = invoices.filtered(
        lambda move: move.currency_id.compare_amounts(
            move.amount_untaxed, hours * PRICE
        )
    )
    if wrong:
        raise AssertionError(f"amounts: {wrong.mapped('amount_untaxed')}")


def invoice(world, meter):
    # The generator first: each row that was written before and given up is one more
    # that PostgreSQL goes through, as long as nothing is stored.
    ways = {"generate": world.invoice_by_addon} if world.has_addon else {}
    ways["wizard"] = world.invoice_by_wizard
    for name, way in ways.items():
        orders = world.orders
        with meter.rolled_back():
            with meter.measured(name, len(orders)):
                way(orders)
            check(orders, ENTRIES)
            invoices = orders.invoice_ids
            with meter.measured(f"confirm ({name})", len(invoices)):
                invoices.action_post()
            with meter.measured(f"credit in full ({name})", len(invoices)):
                invoices._reverse_moves(cancel=True)
        with meter.rolled_back():
            with meter.measured(
                f"{name}, four times the entries", len(world.long_orders)
            ):
                way(world.long_orders)
            check(world.long_orders, 4 * ENTRIES)
    if world.has_addon:
        grow(world, meter)
        create_bare(world, meter)


def grow(world, meter):
    for share in (4, 2, 1):
        orders = world.orders[: PROJECTS // share]
        with (
            meter.rolled_back(),
            meter.measured(f"generate {len(orders)}", len(orders)),
        ):
            world.invoice_by_addon(orders)


def create_bare(world, meter):
    """What Odoo alone takes to create the invoices that the generator asks it for."""
    Move = type(world.env["account.move"])
    create, asked = Move.create, []

    def remember(self, vals_list):
        asked.extend(vals_list)
        return create(self, vals_list)

    with meter.rolled_back(), patch.object(Move, "create", remember):
        world.invoice_by_addon(world.orders)
    known = world.env["account.move.line"]._get_recorded_fields()
    own = world.env["account.move"]._get_recorded_fields()
    values = [
        {
            **{name: value for name, value in vals.items() if name not in own},
            "invoice_line_ids": [
                (
                    *command[:2],
                    {key: it for key, it in command[2].items() if key not in known},
                )
                for command in vals["invoice_line_ids"]
            ],
        }
        for vals in asked
    ]
    with meter.rolled_back(), meter.measured("bare create", len(values)):
        world.env["account.move"].create(values)


def handle_plain_invoices(world, meter):
    """Invoices that have nothing to do with time."""
    partner = world.orders[0].partner_id
    line = {"name": "Licence", "quantity": 1.0, "price_unit": 500.0}
    vals = {
        "move_type": "out_invoice",
        "partner_id": partner.id,
        "invoice_date": world.last,
        "invoice_line_ids": [Command.create(line), Command.create(line)],
    }
    with meter.rolled_back():
        with meter.measured("plain: create", PLAIN):
            moves = world.env["account.move"].create([vals] * PLAIN)
        with meter.measured("plain: change", PLAIN):
            for move in moves:
                move.invoice_line_ids[0].quantity = 2.0
        with meter.measured("plain: confirm", PLAIN):
            moves.action_post()
        with meter.measured("plain: credit", PLAIN):
            refunds = moves._reverse_moves(cancel=False)
        with meter.measured("plain: reset", PLAIN):
            moves.button_draft()
        with meter.measured("plain: delete", PLAIN):
            refunds.unlink()


def save_time(world, meter, project):
    """What a consultant waits for: each save with nothing in memory, as a request."""
    entries = world.env["account.analytic.line"].with_user(world.user)
    vals = {"name": "Work", "project_id": project.id, "unit_amount": 1.0}
    with meter.rolled_back():
        made = []
        with meter.measured("time: create", PLAIN):
            for _number in range(PLAIN):
                world.env.invalidate_all()
                made.append(entries.create({**vals, "date": fields.Date.today()}).id)
                world.env.cr.flush()
        with meter.measured("time: change hours", PLAIN):
            for number in made:
                world.env.invalidate_all()
                entries.browse(number).unit_amount = 2.0
                world.env.cr.flush()


def bench(env):
    meter = Meter(env)
    world = World(env)
    for number in range(ROUNDS + 1):
        # Caches are warm in a server that runs.
        meter.keeps = number > 0
        invoice(world, meter)
        handle_plain_invoices(world, meter)
        save_time(world, meter, world.saved[number])
    meter.write(os.environ["BENCH_OUT"])
    env.cr.rollback()


bench(env)  # noqa: F821  # given by Odoo's shell
