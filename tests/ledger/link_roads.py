"""Every way to the links that the ledger rests on, as functions that walk it."""

from odoo.exceptions import UserError
from odoo.fields import Command

#: Lets the database delete what Odoo would refuse: a key that any client can send.
FORGED = {"_force_unlink": True, "skip_readonly_check": True}


def _write(record, field, get_value, name=None):
    """A road that writes a field of a record of the world."""

    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        getattr(world, record).with_env(env).write({field: get_value(case, world)})

    road.__name__ = f"{record}.{field}{' ' + name if name else ''}"
    return road


#: The fields of the line itself.
LINE_ROADS = (
    _write("line", "sale_line_ids", lambda case, world: [Command.clear()], "clear"),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.unlink(world.item.id)],
        "unlink",
    ),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.set(case.other_order.order_line.ids)],
        "set",
    ),
    _write(
        "line",
        "sale_line_ids",
        lambda case, world: [Command.link(case.other_order.order_line.id)],
        "link",
    ),
    _write("line", "sale_line_ids", lambda case, world: False, "false"),
    _write("line", "move_id", lambda case, world: case.other_move.id),
    _write("line", "display_type", lambda case, world: "line_note"),
    _write("line", "parent_state", lambda case, world: "cancel"),
    _write("line", "currency_id", lambda case, world: case.other_currency.id),
    _write("milestone_line", "sale_line_ids", lambda case, world: [Command.clear()]),
    _write("milestone_line", "move_id", lambda case, world: case.other_move.id),
)


def _through_document(field):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        world.move.with_env(env).write(
            {field: [Command.update(world.line.id, {"sale_line_ids": [(5,)]})]}
        )

    road.__name__ = f"move.{field} update"
    return road


def _take_line(field, command):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        case.other_move.with_env(env).write(
            {field: [command(world.line, case.other_move)]}
        )

    road.__name__ = f"other move.{field} {command.__name__}"
    return road


def _link(line, move):
    return Command.link(line.id)


def _set(line, move):
    return Command.set([*move.invoice_line_ids.ids, line.id])


def _save_form(case, world, env):
    world.line.with_env(env).web_save(
        {"sale_line_ids": [Command.clear()]}, {"sale_line_ids": {}}
    )


def _import(case, world, env):
    result = (
        env["account.move.line"]
        .with_context(**FORGED)
        .load(
            [".id", "sale_line_ids/.id"],
            [[str(world.line.id), str(case.other_order.order_line.id)]],
        )
    )
    if not result["ids"]:
        raise UserError(result["messages"][0]["message"])


DOCUMENT_ROADS = (
    _through_document("invoice_line_ids"),
    _through_document("line_ids"),
    _take_line("invoice_line_ids", _link),
    _take_line("invoice_line_ids", _set),
    _take_line("line_ids", _link),
    _save_form,
    _import,
    _write("move", "move_type", lambda case, world: "out_refund"),
    _write("move", "move_type", lambda case, world: "entry", "entry"),
    _write("move", "currency_id", lambda case, world: case.other_currency.id),
    _write("move", "payment_state", lambda case, world: "invoicing_legacy"),
)


def new_document(case, world, env):
    """A new document takes the line along."""
    env["account.move"].create(
        {
            "move_type": "out_invoice",
            "partner_id": case.partner.id,
            "invoice_line_ids": [Command.link(world.line.id)],
        }
    )


def _new_item(case, world, env):
    env["sale.order.line"].create(
        {
            "order_id": case.other_order.id,
            "product_id": case.product_hours.id,
            "invoice_lines": [Command.link(world.line.id)],
        }
    )


def _new_item_by_default(case, world, env):
    env["sale.order.line"].with_context(
        default_invoice_lines=[Command.link(world.line.id)]
    ).create({"order_id": case.other_order.id, "product_id": case.product_hours.id})


def _through_order(case, world, env):
    world.order.with_env(env).write(
        {
            "order_line": [
                Command.update(world.item.id, {"invoice_lines": [Command.clear()]})
            ]
        }
    )


def _through_partner(case, world, env):
    """The customer's orders, their items, their invoice lines."""
    world.order.partner_id.with_env(env).write(
        {
            "sale_order_ids": [
                Command.update(
                    world.order.id,
                    {
                        "order_line": [
                            Command.update(
                                world.item.id, {"invoice_lines": [Command.clear()]}
                            )
                        ]
                    },
                )
            ]
        }
    )


def _other_item(case, world, env):
    item = case.other_order.order_line
    item.with_env(env).write({"invoice_lines": [Command.link(world.line.id)]})


def _foreign_line(case, world, env):
    """A line that bills nothing is put beside those that bill the item."""
    case.free_line.with_env(env).write({"sale_line_ids": [Command.link(world.item.id)]})


def _foreign_line_of_item(case, world, env):
    world.item.with_env(env).write({"invoice_lines": [Command.link(case.free_line.id)]})


def _delete(name):
    def road(case, world, env):
        env = env(context={**env.context, **FORGED})
        getattr(world, name).with_env(env).unlink()

    road.__name__ = f"delete {name}"
    return road


#: The other end of the same relation, and the item itself.
ITEM_ROADS = (
    _write("item", "invoice_lines", lambda case, world: [Command.clear()], "clear"),
    _write(
        "item",
        "invoice_lines",
        lambda case, world: [Command.unlink(world.line.id)],
        "unlink",
    ),
    _write(
        "item",
        "invoice_lines",
        lambda case, world: [Command.set(case.other_move.invoice_line_ids.ids)],
        "set",
    ),
    _write("item", "invoice_lines", lambda case, world: False, "false"),
    _write("item", "order_id", lambda case, world: case.other_order.id),
    _write("item", "product_id", lambda case, world: case.product_days.id),
    _write(
        "item",
        "product_uom_id",
        lambda case, world: case.env.ref("uom.product_uom_day").id,
    ),
    _write("item", "state", lambda case, world: "draft"),
    _write("item", "qty_invoiced", lambda case, world: 0.0),
    _write("item", "qty_delivered", lambda case, world: 99.0),
    _write("item", "qty_delivered_method", lambda case, world: "manual"),
    _write("item", "is_expense", lambda case, world: True),
    _write("item", "is_downpayment", lambda case, world: True),
    _write("milestone_item", "invoice_lines", lambda case, world: [Command.clear()]),
    _write("milestone_item", "order_id", lambda case, world: case.other_order.id),
    _write("order", "currency_id", lambda case, world: case.other_currency.id),
    _through_order,
    _through_partner,
    _other_item,
    _foreign_line,
    _foreign_line_of_item,
    _new_item,
    _new_item_by_default,
    _delete("item"),
    _delete("milestone_item"),
    _delete("order"),
)


#: What was billed, from wherever it can be reached.
ENTRY_ROADS = (
    _write(
        "item",
        "timesheet_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write("item", "timesheet_ids", lambda case, world: [Command.clear()], "clear"),
    _write("item", "timesheet_ids", lambda case, world: [Command.set([])], "set"),
    _write(
        "milestone_item",
        "timesheet_ids",
        lambda case, world: [Command.link(world.entry.id)],
        "link",
    ),
    _write(
        "item",
        "analytic_line_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write("entry", "so_line", lambda case, world: False),
)
#: Recorded on the entry: test_timesheet_recorded_fields.py.
RECORDED_ROADS = (
    _write("entry", "timesheet_invoice_id", lambda case, world: False),
    _write("entry", "invoice_line_id", lambda case, world: False),
    _write("entry", "billing_period_id", lambda case, world: False),
    _write(
        "move",
        "timesheet_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
    _write(
        "line",
        "timesheet_entry_ids",
        lambda case, world: [Command.unlink(world.entry.id)],
        "unlink",
    ),
)
MILESTONE_ROADS = (
    _write("milestone", "sale_line_id", lambda case, world: world.item.id),
    _write("milestone", "invoice_line_id", lambda case, world: False),
    _write("milestone", "project_id", lambda case, world: case.other_project.id),
    _write(
        "milestone_item",
        "reached_milestones_ids",
        lambda case, world: [Command.unlink(world.milestone.id)],
        "unlink",
    ),
)
