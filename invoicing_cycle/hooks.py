def post_init_hook(env):
    """What was billed before the add-on came gets its place in the ledger.

    Without this it would look unbilled to us, and be billed a second time.
    """
    _link_billed_time(env)
    env["sale.order.line"]._take_over_invoiced_time()
    _link_billed_milestones(env)
    env["sale.order.line"]._compute_standard_rates_anew()
    env["project.billing.time"]._count_all()


def _link_billed_milestones(env):
    items = env["project.milestone"].search([("is_reached", "=", True)]).sale_line_id
    for item in items.filtered("qty_invoiced"):
        item._link_billed_milestones()


def _link_billed_time(env):
    Entry = env["account.analytic.line"]
    groups = Entry._read_group(
        [("timesheet_invoice_id", "!=", False), ("project_id", "!=", False)],
        ["timesheet_invoice_id"],
    )
    move_ids = [move.id for (move,) in groups if move.state != "cancel"]
    for start in range(0, len(move_ids), 500):
        moves = env["account.move"].browse(move_ids[start : start + 500])
        moves._link_stock_entries()
        env.flush_all()
        env.invalidate_all()
