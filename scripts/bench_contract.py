"""Invoices a month of many contracts of OCA's contract module; for Odoo's shell.

The same customers, product, price and hours as ``bench.py`` has, but the hours are
written in the contract: none is counted. Nothing is stored. ``BENCH_OUT`` is the file
that the medians go to, as JSON.
"""

import os
import sys
from datetime import timedelta

from odoo import fields
from odoo.fields import Command

sys.path.insert(0, os.environ["BENCH_SCRIPTS"])
from meter import Meter

PROJECTS = int(os.environ["BENCH_PROJECTS"])
ENTRIES = int(os.environ["BENCH_ENTRIES"])
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "3"))
HOURS = (0.25, 1.0, 1.5, 7.75)
PRICE = 100.0


def create_contracts(env):
    env["account.chart.template"].try_loading(
        "generic_coa", company=env.company, install_demo=False
    )
    last = fields.Date.today().replace(day=1) - timedelta(days=1)
    product = env["product.product"].create(
        {
            "name": "Consulting",
            "type": "service",
            "list_price": PRICE,
            "uom_id": env.ref("uom.product_uom_hour").id,
        }
    )
    partners = env["res.partner"].create(
        [{"name": f"Customer {number}"} for number in range(PROJECTS)]
    )
    line = {
        "product_id": product.id,
        "name": "Consulting",
        "quantity": sum(HOURS[number % len(HOURS)] for number in range(ENTRIES)),
        "uom_id": product.uom_id.id,
        "price_unit": PRICE,
        "recurring_rule_type": "monthly",
        "recurring_invoicing_type": "post-paid",
        "recurring_interval": 1,
        "date_start": last.replace(day=1),
    }
    return env["contract.contract"].create(
        [
            {
                "name": f"Contract of {partner.name}",
                "partner_id": partner.id,
                "contract_type": "sale",
                "line_recurrence": True,
                "contract_line_ids": [Command.create(line)],
            }
            for partner in partners
        ]
    )


def bench(env):
    meter = Meter(env)
    contracts = create_contracts(env)
    env.cr.flush()
    for number in range(ROUNDS + 1):
        # Caches are warm in a server that runs.
        meter.keeps = number > 0
        with meter.rolled_back():
            with meter.measured("contract", len(contracts)):
                invoices = contracts._recurring_create_invoice()
            totals = set(invoices.mapped("amount_untaxed"))
            if len(invoices) != PROJECTS or len(totals) != 1 or 0.0 in totals:
                raise AssertionError(f"{len(invoices)} invoices of {totals}")
    meter.write(os.environ["BENCH_OUT"])
    env.cr.rollback()


bench(env)  # noqa: F821  # given by Odoo's shell
