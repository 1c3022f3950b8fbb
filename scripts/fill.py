"""Fills a database with projects, people and time entries by SQL; for Odoo's shell.

Months of monthly periods up to the current one, all of them due, with as many entries
in each. What the ORM makes of one entry is copied, so that every column is as it would
be.
"""

import os
import time
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tools import SQL

PROJECTS = int(os.environ.get("FILL_PROJECTS", "420"))
MONTHS = int(os.environ.get("FILL_MONTHS", "12"))
PEOPLE = int(os.environ.get("FILL_PEOPLE", "200"))
#: People on each project.
TEAM = int(os.environ.get("FILL_TEAM", "20"))
#: Entries of each person in each period.
EACH = int(os.environ.get("FILL_EACH", "10"))
#: Months before those, which are invoiced and sent; without their entries.
PAST = int(os.environ.get("FILL_PAST", "0"))
PRICE = 100.0


def say(text, start):
    print(f"{text:46} {time.perf_counter() - start:9.2f} s")  # noqa: T201


def prepare(env):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    return env["product.product"].create(
        {
            "name": "Consulting",
            "type": "service",
            "list_price": PRICE,
            "uom_id": env.ref("uom.product_uom_hour").id,
            "service_policy": "delivered_timesheet",
        }
    )


def create_people(env):
    # Inserted: 200 users would take a minute, and nobody of them logs in.
    return env["hr.employee"].create(
        [{"name": f"Consultant {n:03}", "hourly_cost": 40.0} for n in range(PEOPLE)]
    )


def create_projects(env, product, first):
    partners = env["res.partner"].create(
        [{"name": f"Customer {n:04}"} for n in range(PROJECTS)]
    )
    orders = env["sale.order"].create(
        [
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create({"product_id": product.id, "product_uom_qty": 10.0})
                ],
            }
            for partner in partners
        ]
    )
    orders.action_confirm()
    return env["project.project"].create(
        [
            {
                "name": f"Project {number:04}",
                "allow_billable": True,
                "allow_timesheets": True,
                "partner_id": order.partner_id.id,
                "sale_line_id": order.order_line.id,
                "billing_frequency": "monthly",
                "billing_start_date": first,
            }
            for number, order in enumerate(orders)
        ]
    )


def log_one_each(env, projects, person, day):
    return env["account.analytic.line"].create(
        [
            {
                "name": "Work",
                "project_id": project.id,
                "employee_id": person.id,
                "date": day,
                "unit_amount": 1.0,
            }
            for project in projects
        ]
    )


def multiply(env, entries, people, first):
    """Each entry becomes all entries of its project."""
    env.flush_all()
    own = {
        "id",
        "date",
        "employee_id",
        "user_id",
        "unit_amount",
        "billing_hours",
        "billing_period_id",
        "counted_in",
    }
    env.cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = 'account_analytic_line'"
        "::regclass AND attnum > 0 AND NOT attisdropped"
    )
    names = [name for (name,) in env.cr.fetchall() if name not in own]
    env.cr.execute(
        SQL(
            """
            INSERT INTO account_analytic_line (
                   %(names)s, date, employee_id, user_id, unit_amount, billing_hours,
                   billing_period_id, counted_in)
            SELECT %(values)s, made.day, made.person, NULL,
                   made.hours, made.hours, period.id,
                   CONCAT(entry.project_id, '/', period.id, '/', made.person)
              FROM (SELECT entry.*, ROW_NUMBER() OVER (ORDER BY entry.id) AS place
                      FROM account_analytic_line entry
                     WHERE entry.id = ANY(%(ids)s)) entry
        CROSS JOIN generate_series(0, %(months)s - 1) AS month
        CROSS JOIN generate_series(0, %(team)s - 1) AS member
        CROSS JOIN generate_series(0, %(each)s - 1) AS number
        CROSS JOIN LATERAL (
                   SELECT (%(first)s::date + month * INTERVAL '1 month'
                           + (number * 27 / %(each)s) * INTERVAL '1 day')::date AS day,
                          (%(people)s::int[])[
                              1 + (entry.place * 7 + member) %% %(count)s] AS person,
                          (ARRAY[0.25, 1.0, 1.5, 2.75])[
                              1 + (number + member + month) %% 4] AS hours) made
              JOIN project_billing_period period
                ON period.project_id = entry.project_id
               AND made.day BETWEEN period.date_from AND period.date_to
            """,
            names=SQL(", ").join(map(SQL.identifier, names)),
            values=SQL(", ").join(SQL.identifier("entry", name) for name in names),
            ids=entries.ids,
            months=MONTHS,
            team=TEAM,
            each=EACH,
            first=first,
            people=people.ids,
            count=len(people),
        )
    )
    env.invalidate_all()


def copy_rows(env, table, source, **changed):
    """Rows made of others by SQL, with all columns but those that are changed.

    :param SQL source: tables with the row ``old``, and with what ``changed`` needs
    """
    env.cr.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND attnum > 0 AND NOT attisdropped AND attname <> 'id'",
        [table],
    )
    names = [name for (name,) in env.cr.fetchall()]
    env.cr.execute(
        SQL(
            "INSERT INTO %s (%s) SELECT %s FROM %s",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, names)),
            SQL(", ").join(
                changed.get(name, SQL.identifier("old", name)) for name in names
            ),
            source,
        )
    )


def add_past(env, projects, first):
    """Periods of the years before, each with an invoice that was sent, as real ones."""
    months = SQL(
        "generate_series(1, %s) AS month"
        " CROSS JOIN LATERAL (SELECT month * INTERVAL '1 month' AS ago) past",
        PAST,
    )
    copy_rows(
        env,
        "project_billing_period",
        SQL(
            "project_billing_period old CROSS JOIN %s"
            " WHERE old.date_from = %s AND old.project_id = ANY(%s)",
            months,
            first,
            projects.ids,
        ),
        date_from=SQL("(old.date_from - past.ago)::date"),
        date_to=SQL("(old.date_from - past.ago + INTERVAL '1 month - 1 day')::date"),
        invoice_date=SQL("(old.date_from - past.ago + INTERVAL '1 month')::date"),
    )
    invoice = env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": projects[0].partner_id.id,
            "invoice_line_ids": [
                Command.create(
                    {
                        "product_id": projects[0].sale_line_id.product_id.id,
                        "quantity": 200.0,
                        "tax_ids": [Command.clear()],
                    }
                )
            ],
        }
    )
    invoice.action_post()
    env.flush_all()
    closed = SQL(
        """
        (SELECT period.id AS period_id, period.project_id, period.company_id,
                ROW_NUMBER() OVER (ORDER BY period.id) AS number
           FROM project_billing_period period
          WHERE period.date_from < %s AND period.project_id = ANY(%s)) closed
        """,
        first,
        projects.ids,
    )
    copy_rows(
        env,
        "account_move",
        SQL("account_move old CROSS JOIN %s WHERE old.id = %s", closed, invoice.id),
        name=SQL("CONCAT('PAST/', closed.period_id)"),
        sequence_prefix=SQL("'PAST/'"),
        sequence_number=SQL("closed.number"),
        access_token=SQL("NULL"),
        sent_on=SQL("old.invoice_date"),
    )
    copy_rows(
        env,
        "account_move_line",
        SQL(
            """
            account_move_line old
            CROSS JOIN account_move made
            WHERE old.move_id = %s AND made.sequence_prefix = 'PAST/'
            """,
            invoice.id,
        ),
        move_id=SQL("made.id"),
        move_name=SQL("made.name"),
        billing_period_id=SQL(
            "CASE WHEN old.display_type = 'product'"
            " THEN SPLIT_PART(made.name, '/', 2)::int END"
        ),
        billed_count=SQL(str(TEAM * EACH)),
    )
    env.cr.execute(
        """
        UPDATE account_move
           SET billing_cycle_date = period.invoice_date
          FROM project_billing_period period
         WHERE account_move.sequence_prefix = 'PAST/'
           AND period.id = SPLIT_PART(account_move.name, '/', 2)::int
        """
    )
    env.cr.execute(
        SQL(
            """
            INSERT INTO project_billing_time (
                   project_id, period_id, employee_id, so_line_id, department_id,
                   total_count, entry_count, is_waiting, hours, late_hours,
                   sent_back_count, unapproved_hours, billed_hours, billed_late_hours,
                   unbilled_count, uninvoiced_hours, held_hours, counted_on)
            SELECT old.project_id, closed.period_id, old.employee_id, old.so_line_id,
                   old.department_id, old.entry_count, 0, FALSE, 0, 0, 0, 0, old.hours,
                   0, 0, 0, 0, NOW() AT TIME ZONE 'UTC'
              FROM project_billing_time old
              JOIN project_billing_period period
                ON period.id = old.period_id AND period.date_from = %s
              JOIN %s ON closed.project_id = old.project_id
            """,
            first,
            closed,
        )
    )
    env.invalidate_all()
    # They were copied from periods that are not invoiced.
    Period = env["project.billing.period"]
    past = Period.search([("date_from", "<", first)])
    env.add_to_compute(Period._fields["closing_line_count"], past)
    env.flush_all()
    env.invalidate_all()


def add_required(env):
    """Whoever has time in a period has to lock for it: the rows that saving makes."""
    env.cr.execute(
        """
        INSERT INTO project_billing_period_required (
               period_id, employee_id, expected, last_work_day, is_away,
               create_uid, create_date, write_uid, write_date)
        SELECT DISTINCT time.period_id, time.employee_id, TRUE, period.date_to, FALSE,
               1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
          FROM project_billing_time time
          JOIN project_billing_period period ON period.id = time.period_id
         WHERE time.employee_id IS NOT NULL
   ON CONFLICT DO NOTHING
        """
    )


def fill(env):
    start = time.perf_counter()
    today = env.company._get_today()
    first = fields.Date.subtract(today.replace(day=1), months=MONTHS - 1)
    product = prepare(env)
    people = create_people(env)
    projects = create_projects(env, product, first)
    env.flush_all()
    say(f"{len(projects)} projects, {len(people)} people", start)
    entries = log_one_each(env, projects, people[0], first + timedelta(days=1))
    multiply(env, entries, people, first)
    entries.unlink()
    say("time entries", start)
    env["project.billing.time"]._count_all()
    say("summary rows", start)
    if PAST:
        add_past(env, projects, first)
        say(f"{PAST} months before, invoiced and sent", start)
    add_required(env)
    # The years before are locked.
    people._set_timesheet_locked_until(
        dict.fromkeys(people.ids, first - timedelta(days=1))
    )
    env.invalidate_all()
    env["sale.order.line"].search([])._compute_qty_delivered()
    env.flush_all()
    env.cr.commit()
    env.cr.execute("ANALYZE")
    env.cr.commit()
    for table in (
        "project_billing_period",
        "account_analytic_line",
        "project_billing_time",
        "project_billing_period_required",
    ):
        env.cr.execute(SQL("SELECT COUNT(*) FROM %s", SQL.identifier(table)))
        print(f"{table:40} {env.cr.fetchone()[0]:12,}")  # noqa: T201
    say("all", start)


fill(env)  # noqa: F821  # given by Odoo's shell
