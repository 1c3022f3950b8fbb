"""Takes the add-on out of a demo database and puts it back, in Odoo's shell.

What was worked and invoiced must stay as it is, nothing of the add-on may stay behind,
and what was billed must be known again. Fails with what is not so.
"""

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry

MODULE = "invoicing_cycle"
#: What Odoo shows of time, which the add-on must leave as it is.
ACTIONS = (
    "act_hr_timesheet_line",
    "act_hr_timesheet_line_by_project",
    "timesheet_action_all",
    "timesheet_action_from_employee",
    "timesheet_action_project",
    "timesheet_action_task",
)


def query(env, text):
    env.cr.execute(text)
    return env.cr.fetchall()


def read_time(env):
    """What was worked: a row per time entry."""
    return query(
        env,
        "SELECT id, project_id, employee_id, date, unit_amount, amount"
        "  FROM account_analytic_line ORDER BY id",
    )


def read_invoices(env):
    return query(
        env,
        "SELECT id, move_id, quantity, price_unit, price_subtotal"
        "  FROM account_move_line ORDER BY id",
    )


def read_actions(env):
    return [env.ref(f"hr_timesheet.{name}").domain for name in ACTIONS]


def read_billed(env):
    """Which line bills an entry, by the add-on's own link."""
    return dict(
        query(
            env,
            "SELECT id, invoice_line_id FROM account_analytic_line"
            " WHERE invoice_line_id IS NOT NULL",
        )
    )


def read_left_behind(env):
    """Tables and columns of the add-on."""
    return query(
        env,
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = 'public' AND ("
        "       table_name LIKE 'project\\_billing%' OR table_name LIKE 'invoicing%'"
        "    OR table_name LIKE 'timesheet\\_approval%' OR column_name IN ("
        "       'billing_frequency', 'billing_hold', 'billing_hours', 'billing_kind',"
        "       'billing_period_id', 'counted_in', 'made_with', 'quantity_made',"
        "       'sent_channel', 'split_hours', 'timesheet_locked_until'))",
    )


def run(database, button):
    """Press a button of the add-on's module.

    :return: a new environment, in a cursor of its own
    """
    with Registry(database).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        module = env["ir.module.module"].search([("name", "=", MODULE)])
        getattr(module, button)()
    return api.Environment(Registry(database).cursor(), SUPERUSER_ID, {})


def check(what, before, after):
    if before != after:
        lost = [row for row in before if row not in after][:5]
        more = [row for row in after if row not in before][:5]
        raise SystemExit(f"{what}: {lost} became {more}")


def check_reinstall(env):
    database = env.cr.dbname
    # Demo data goes with its add-on. Here it stands for what people have entered.
    env.cr.execute(
        "DELETE FROM ir_model_data WHERE module = %s AND name LIKE '%%\\_demo%%'",
        [MODULE],
    )
    before = read_time(env), read_invoices(env), read_actions(env)
    billed = read_billed(env)
    parts = env["project.billing.part"].search_count([])
    if not (billed and parts):
        raise SystemExit("the demo data has no billed time, or none that is in parts")
    env.cr.commit()

    env = run(database, "button_immediate_uninstall")
    check("time", before[0], read_time(env))
    check("invoices", before[1], read_invoices(env))
    check("actions", before[2], read_actions(env))
    check("left behind", [], read_left_behind(env))
    # Put back without demo data, which Odoo loads where every dependency has its own.
    env.cr.execute(
        "UPDATE ir_module_module SET demo = FALSE WHERE name = 'sale_expense'"
    )
    env.cr.commit()
    env.cr.close()

    env = run(database, "button_immediate_install")
    check("time", before[0], read_time(env))
    check("invoices", before[1], read_invoices(env))
    check("billed time", sorted(billed.items()), sorted(read_billed(env).items()))
    env.cr.close()
    print(  # noqa: T201
        f"{len(billed)} billed entries, {parts} parts: taken out and put back"
    )


check_reinstall(env)  # noqa: F821, which Odoo's shell gives
