"""What the screen costs on a database that ``fill.py`` filled; for Odoo's shell.

Twice: while nobody has locked any time, and when all of it is locked. Nothing is
stored. ``BENCH_OUT`` is the file that the medians go to, as JSON.
"""

import os
import sys
from datetime import timedelta

from odoo import fields

sys.path.insert(0, os.environ["BENCH_SCRIPTS"])
from meter import Meter

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
COLUMNS = (
    "project_id",
    "partner_id",
    "period_label",
    "invoice_date",
    "state",
    "is_overdue",
    "hours",
    "late_hours",
    "amount_to_invoice",
    "amount_is_about",
    "expense_amount",
    "readiness",
    "generate_error",
)
DEBT_COLUMNS = (
    "employee_id",
    "kind",
    "waits_for",
    "project_id",
    "period_label",
    "hours",
    "open_days",
    "locked_until",
)
#: As the web client asks: it counts no further.
LIMITS = {"limit": 80, "count_limit": 10001}
SUMS = ["__count", "hours:sum", "amount_to_invoice:sum"]


def ask(env, meter, world):
    Period, Debt = env["project.billing.period"], env["project.billing.debt"]
    domain = Period.get_cycle_action("to_invoice")["domain"]
    columns = {name: {} for name in COLUMNS}
    with meter.measured(f"{world}: header"):
        Period.get_cycle_overview()
    for order in ("", "amount_to_invoice desc", "hours desc", "state"):
        with meter.measured(f"{world}: first page, by {order or 'date'}"):
            Period.web_search_read(domain, columns, order=order or None, **LIMITS)
    for group in ("state", "partner_id", "billing_owner_id", "invoice_date:month"):
        with meter.measured(f"{world}: grouped by {group}"):
            Period.formatted_read_group(domain, [group], SUMS)
    with meter.measured(f"{world}: find all that is due"):
        due = Period.search(domain)
    with meter.measured(f"{world}: state of all due"):
        due.mapped("state")
    with meter.measured(f"{world}: readiness of all due"):
        due.mapped("readiness")
    with meter.measured(f"{world}: who owes what, first page"):
        Debt.web_search_read([], {name: {} for name in DEBT_COLUMNS}, **LIMITS)
    with meter.measured(f"{world}: who owes what, by person"):
        Debt.formatted_read_group([], ["employee_id"], ["__count", "hours:sum"])
    with meter.measured(f"{world}: the summary rows, added up by SQL"):
        env.cr.execute(
            """
            SELECT period_id, SUM(hours), BOOL_OR(last_day > locked.day)
              FROM project_billing_time time
         LEFT JOIN (SELECT id, timesheet_locked_until AS day FROM hr_employee) locked
                ON locked.id = time.employee_id
          GROUP BY period_id
            """
        )
        env.cr.fetchall()
    if world == "all locked":
        some = due[:500]
        with meter.rolled_back(), meter.measured("preview of 500"):
            some.action_preview_invoices()


def ask_once(env, meter):
    with meter.measured("Odoo's list of orders, first page"):
        env["sale.order"].web_search_read(
            [],
            {
                name: {}
                for name in (
                    "name",
                    "date_order",
                    "partner_id",
                    "user_id",
                    "amount_total",
                    "invoice_status",
                    "state",
                )
            },
            **LIMITS,
        )
    day = fields.Date.today() - timedelta(days=1)
    people = env["hr.employee"].search([("name", "like", "Consultant")])
    with meter.rolled_back(), meter.measured("lock 200 people"):
        people._set_timesheet_locked_until(dict.fromkeys(people.ids, day))


def bench(env):
    meter = Meter(env)
    # The meter sees this one process: no other may take a part of its work.
    env.cr.execute("SET max_parallel_workers_per_gather = 0")
    people = env["hr.employee"].search([("name", "like", "Consultant")])
    as_admin = env(user=env.ref("base.user_admin"))
    for number in range(ROUNDS + 1):
        meter.keeps = number > 0
        ask(as_admin, meter, "nobody locked")
        ask_once(as_admin, meter)
    with meter.rolled_back():
        day = fields.Date.today() + timedelta(days=31)
        people._set_timesheet_locked_until(dict.fromkeys(people.ids, day))
        env.cr.flush()
        for number in range(ROUNDS + 1):
            meter.keeps = number > 0
            ask(as_admin, meter, "all locked")
    meter.write(os.environ["BENCH_OUT"])
    env.cr.rollback()


bench(env)  # noqa: F821  # given by Odoo's shell
