"""Invoices one month of many projects, confirms and credits it, saves a time entry, and
tells what that took; for Odoo's shell.

On a database with the add-on by its generator, else by Odoo's own wizard: the same
customers, orders, projects and time entries in both. Nothing is stored.
"""

import os
import time
from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

PROJECTS = int(os.environ["BENCH_PROJECTS"])
ENTRIES = int(os.environ["BENCH_ENTRIES"])
HOURS = (0.25, 1.0, 1.5, 7.75)
PRICE = 100.0
# Invoiced first and not measured: caches are warm in a server that runs.
WARM_UP = 3


@contextmanager
def measured(env, text, number):
    """Prints a line of the table for a number of documents; seconds only for none."""
    env.flush_all()
    env.invalidate_all()
    queries, start = env.cr.sql_log_count, time.perf_counter()
    yield
    env.flush_all()
    seconds = time.perf_counter() - start
    queries = env.cr.sql_log_count - queries
    line = f"{text:46} {seconds:9.2f}"
    if number:
        line += f" {number / seconds:13.1f} {queries / number:16.1f}"
    print(line)  # noqa: T201


def prepare(env):
    """Make the company's accounts and the orders with their time.

    :return: ``sale.order`` and the first and last day of the month
    """
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    last = fields.Date.today().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    product = env["product.product"].create(
        {
            "name": "Consulting",
            "type": "service",
            "list_price": PRICE,
            "uom_id": env.ref("uom.product_uom_hour").id,
            "service_policy": "delivered_timesheet",
        }
    )
    employee = env["hr.employee"].create({"name": "Consultant", "hourly_cost": 40.0})
    orders = create_orders(env, product)
    projects = create_projects(env, orders, first)
    env["account.analytic.line"].create(
        [
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": employee.id,
                "date": first + timedelta(days=number % last.day),
                "unit_amount": HOURS[number % len(HOURS)],
            }
            for project in projects
            for number in range(ENTRIES)
        ]
    )
    if "timesheet_locked_until" in employee:
        employee.timesheet_locked_until = last
    return orders, first, last


def create_orders(env, product):
    partners = env["res.partner"].create(
        [{"name": f"Customer {n}"} for n in range(PROJECTS + WARM_UP)]
    )
    line = {"product_id": product.id, "product_uom_qty": 10.0}
    orders = env["sale.order"].create(
        [
            {"partner_id": partner.id, "order_line": [Command.create(line)]}
            for partner in partners
        ]
    )
    orders.action_confirm()
    return orders


def create_projects(env, orders, first):
    schedule = {"billing_frequency": "monthly", "billing_start_date": first}
    return env["project.project"].create(
        [
            {
                "name": f"Project of {order.name}",
                "allow_billable": True,
                "allow_timesheets": True,
                "partner_id": order.partner_id.id,
                "sale_line_id": order.order_line.id,
                **(schedule if by_addon(env) else {}),
            }
            for order in orders
        ]
    )


def by_addon(env):
    return "project.billing.period" in env


def name_of(env):
    return "the add-on" if by_addon(env) else "Odoo alone"


def save_time(env, project):
    """What a consultant waits for: each save with nothing in memory, as a request."""
    groups = "base.group_user", "hr_timesheet.group_hr_timesheet_user"
    user = env["res.users"].create(
        {
            "name": "Consultant",
            "login": "bench",
            "group_ids": [Command.set([env.ref(group).id for group in groups])],
        }
    )
    env["hr.employee"].create({"name": user.name, "user_id": user.id})
    entries = env["account.analytic.line"].with_user(user)
    values = {"name": "Work", "project_id": project.id, "unit_amount": 1.0}
    entries.create(values).unit_amount = 2.0
    with measured(env, f"{name_of(env)}: create a time entry", 1):
        entry = entries.create(values)
    with measured(env, f"{name_of(env)}: change its hours", 1):
        entry.unit_amount = 2.0


def invoice_by_wizard(orders, first, last):
    wizard = (
        orders.env["sale.advance.payment.inv"]
        .with_context(active_model="sale.order", active_ids=orders.ids)
        .create(
            {
                "advance_payment_method": "delivered",
                "date_start_invoice_timesheet": first,
                "date_end_invoice_timesheet": last,
            }
        )
    )
    wizard.create_invoices()


def invoice_by_addon(orders, first, last):
    periods_of(orders, first).action_generate_invoices()


def periods_of(orders, first):
    return orders.env["project.billing.period"].search(
        [
            ("project_id.sale_line_id.order_id", "in", orders.ids),
            ("date_from", "=", first),
        ]
    )


def check(orders):
    """Both have to have done the work: one invoice each, all time, its price."""
    invoices = orders.invoice_ids
    count = len(invoices), len(invoices.timesheet_ids)
    if count != (len(orders), len(orders) * ENTRIES):
        raise AssertionError(f"invoices and their entries: {count}")
    hours = sum(HOURS[number % len(HOURS)] for number in range(ENTRIES))
    wrong = invoices.filtered(
        lambda move: move.currency_id.compare_amounts(
            move.amount_untaxed, hours * PRICE
        )
    )
    if wrong:
        raise AssertionError(f"amounts: {wrong.mapped('amount_untaxed')}")


def confirm_and_credit(env, warm_up, orders):
    warm_up.invoice_ids.action_post()
    invoices = orders.invoice_ids
    with measured(env, f"{name_of(env)}: confirm the invoices", len(invoices)):
        invoices.action_post()
    warm_up.invoice_ids._reverse_moves(cancel=True)
    with measured(env, f"{name_of(env)}: credit them in full", len(invoices)):
        invoices._reverse_moves(cancel=True)


def bench(env):
    orders, first, last = prepare(env)
    warm_up, orders = orders[:WARM_UP], orders[WARM_UP:]
    invoice = invoice_by_addon if by_addon(env) else invoice_by_wizard
    invoice(warm_up, first, last)
    if by_addon(env):
        periods = periods_of(orders, first)
        with measured(env, "the add-on: find what to bill, price it", 0):
            periods._get_billing_items()
        with measured(env, "the add-on: the screen's head", 0):
            periods.get_cycle_overview()
    text = "the add-on: create and link" if by_addon(env) else "Odoo's own wizard"
    with measured(env, text, len(orders)):
        invoice(orders, first, last)
    check(orders)
    confirm_and_credit(env, warm_up, orders)
    save_time(env, warm_up.project_ids[:1])
    env.cr.rollback()


bench(env)  # noqa: F821  # given by Odoo's shell
