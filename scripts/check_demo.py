"""Loads the demo data on several days and looks at it; a script for Odoo's shell.

For a database with Odoo's demo data, where the add-on is installed without its own.
Whatever the day, every section of the Invoicing screen has to have rows, for every
role, and every case that the demo is there to show. Nothing is stored.
"""

import contextlib
import logging

from freezegun import freeze_time

from odoo.modules import get_manifest
from odoo.tools.convert import convert_file

ADDON = "invoicing_cycle"
# Today, the first and the last day of a short month, the last ones of long months.
DAYS = (None, "2027-02-01", "2028-02-29", "2026-12-31", "2027-03-31")
MISSING = {"schedule", "sale_line", "order_not_confirmed", "price", "periods"}
# Of whom which sections have to have rows.
ROLES = {
    "user_accountant_demo": ("missing", "to_invoice", "to_send", "sent"),
    "user_manager_demo": ("missing", "to_invoice", "to_send", "sent"),
    "user_salesperson_demo": ("missing", "to_invoice", "to_send", "sent"),
}


class Warnings(logging.Handler):
    """Keeps what Odoo warns of."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.texts = []

    def emit(self, record):
        self.texts.append(record.getMessage())


def look(env):
    """What the demo data lacks, as a list of texts."""
    return [
        text
        for text, found in {
            **dict(look_at_sections(env)),
            **dict(look_at_periods(env)),
            **dict(look_at_projects(env)),
            **dict(look_at_invoices(env)),
            **dict(look_at_beyond_hours(env)),
            **dict(look_at_decisions(env)),
        }.items()
        if not found
    ]


def look_at_sections(env):
    for name, keys in ROLES.items():
        user = env.ref(f"{ADDON}.{name}")
        Period = env["project.billing.period"].with_user(user)
        overview = Period.get_cycle_overview()
        sections = {section["key"]: section for section in overview["sections"]}
        for key in keys:
            action = Period.get_cycle_action(key)
            rows = Period.env[action["res_model"]].search(action["domain"])
            yield f"{user.login}: rows in {key}", rows
            count = sections[key]["count"]
            yield f"{user.login}: {count} rows in {key}", count == len(rows)
        yield f"{user.login}: Pending", sections["to_invoice"]["pending"]
        yield f"{user.login}: Ready", sections["to_invoice"]["ready"]


def look_at_periods(env):
    Period = env["project.billing.period"]
    periods = Period.search([("state", "in", ["pending", "ready"])])
    ready = periods.filtered(lambda period: period.state == "ready")
    readiness = [period.readiness for period in periods]
    owing = [p for item in readiness for p in item["open"] if p["open_days"]]
    workless = periods.required_ids.filtered("is_away")
    yield f"work for {workless.employee_id.mapped('name')}", not workless
    yield "never locked", [p for p in owing if not p["locked_until"]]
    yield "locked too short", [p for p in owing if p["locked_until"]]
    yield "pending approval", [item for item in readiness if item["pending"]]
    yield "overdue", periods.filtered("is_overdue")
    yield "late time", ready.filtered("late_hours")
    yield "fixed amount", ready.filtered("fixed_amount")
    yield "posted expense", ready.filtered("expense_amount")
    waiting = [item for item in readiness if item["expenses"]["pending"]]
    yield "waiting expense", waiting
    yield "several frequencies", len(set(ready.project_id.mapped(frequency))) > 3
    yield "several invoice owners", len(periods.billing_owner_id) > 3


def frequency(project):
    return project.billing_frequency


def look_at_projects(env):
    projects = env["project.project"].search([("billing_missing", "!=", False)])
    codes = {code for p in projects for code in p.billing_missing.split(",")}
    yield f"missing data {sorted(MISSING - codes)}", codes >= MISSING
    yield "many hours", max(projects.mapped("uninvoiced_hours")) > 100


def look_at_invoices(env):
    moves = env["account.move"].search([("billing_origin", "!=", False)])
    sent = moves.filtered("sent_on")
    to_send = moves - sent
    yield "draft", to_send.filtered(lambda move: move.state == "draft")
    yield "confirmed", to_send.filtered(lambda move: move.state == "posted")
    freeform = to_send.filtered(lambda move: move.billing_origin == "freeform")
    yield (
        "freeform credit note",
        freeform.filtered(lambda move: move.move_type == "out_refund"),
    )
    yield "several channels", len(set(sent.mapped("sent_channel"))) > 1
    yield (
        "paid",
        sent.filtered(lambda move: move.payment_state in ("paid", "in_payment")),
    )


def look_at_beyond_hours(env):
    """What is due in this cycle besides hours, each ready to be invoiced."""

    def due(name):
        project = env.ref(f"{ADDON}.project_{name}_demo")
        return project.billing_period_ids.filtered(lambda p: p.state == "ready")

    for name in ("erp_selection", "plant", "shop_audit", "board", "cost"):
        yield f"{name}: one ready period", len(due(name)) == 1
    yield "reached milestone", due("erp_selection").amount_to_invoice == 5400
    yield "milestone to come", env.ref(f"{ADDON}.milestone_contract_demo").deadline
    yield "hours above the cap", due("shop_audit").readiness["above_cap"]["hours"] == 6
    retainer = due("board").readiness["retainer"]
    yield (
        f"retainer {retainer['text']}",
        (retainer["carried"], retainer["drawn"], retainer["above"]) == (4, 26, 2),
    )
    yield "fixed share", due("cost").amount_to_invoice == 6000
    kinds = {item.kind for items in due("plant")._get_documents() for item in items}
    yield "down payment to deduct", "down_payment" in kinds
    stores = due("store_concept") | due("store_training")
    documents = stores._get_documents()
    yield "one invoice for two projects", (len(stores), len(documents)) == (2, 1)
    expense = env.ref(f"{ADDON}.expense_automation_demo")
    price = expense.sale_order_line_id.price_unit
    yield f"mark-up on {price}", price > expense.untaxed_amount
    yield "receipt", expense.attachment_ids


def look_at_decisions(env):
    """Time that is not billed as it was worked, and a draft that lacks some."""
    project = env.ref(f"{ADDON}.project_supply_chain_demo")
    decided = project.timesheet_ids.grouped("billing_hold")
    yield "written off", decided.get("write_off")
    yield "held in part", project.timesheet_ids.part_ids
    drafts = env["account.move"].search([("draft_status", "=", "outdated")])
    yield "draft out of date", drafts


def load(env):
    idref = {}
    for filename in get_manifest(ADDON)["demo"]:
        convert_file(env, ADDON, filename, idref, "init", noupdate=True)
    env.flush_all()
    env.invalidate_all()


def check(env):
    problems = []
    warnings = Warnings()
    logging.getLogger().addHandler(warnings)
    for day in DAYS:
        # Frozen time still runs, else everything is made in the same instant.
        frozen = freeze_time(day, tick=True) if day else contextlib.nullcontext()
        with frozen:
            load(env)
            lacking = look(env)
        env.cr.rollback()
        env.invalidate_all()
        env.registry.clear_all_caches()
        problems += [f"{day or 'today'}: {text}" for text in lacking + warnings.texts]
        warnings.texts.clear()
    logging.getLogger().removeHandler(warnings)
    if problems:
        raise AssertionError("\n".join(["The demo data lacks:", *problems]))


check(env)  # noqa: F821  # given by Odoo's shell
