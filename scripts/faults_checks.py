"""What has to hold after each fault of scripts/faults.py."""

import time
from collections import Counter

from faults_world import WrongError, environment, query


def check_ledger():
    """The proof finds no difference."""
    with environment() as env:
        projects = env["project.project"].search([("billing_frequency", "!=", False)])
        differences = env["billing.proof"]._prove(projects).differences
    if differences:
        told = [f"{found.kind}: {found.message}" for found in differences[:5]]
        raise WrongError(f"{len(differences)} differences: {told}")


def check_invoiced_once(period_ids):
    """These periods have an invoice each, all their time is on it, and no other has."""
    rows = query(
        "SELECT period.id, COUNT(DISTINCT move.id)"
        "  FROM project_billing_period period"
        "  LEFT JOIN account_move_line line ON line.billing_period_id = period.id"
        "  LEFT JOIN account_move move ON move.id = line.move_id"
        "        AND move.state != 'cancel'"
        " GROUP BY period.id"
    )
    wanted = set(period_ids)
    wrong = {key: count for key, count in rows if count != (key in wanted)}
    if wrong:
        raise WrongError(f"invoices of periods: {wrong}")
    left = query(
        "SELECT COUNT(*) FROM account_analytic_line"
        " WHERE billing_period_id = ANY(%s) AND invoice_line_id IS NULL",
        list(wanted),
    )
    if left != [(0,)]:
        raise WrongError(f"time of invoiced periods on no invoice: {left}")


def check_numbers():
    """No number twice, and none left out."""
    rows = query(
        "SELECT journal_id, sequence_prefix, ARRAY_AGG(sequence_number"
        "       ORDER BY sequence_number), COUNT(DISTINCT name)"
        "  FROM account_move WHERE state = 'posted' GROUP BY 1, 2"
    )
    for _journal, prefix, numbers, names in rows:
        if numbers != list(range(1, len(numbers) + 1)) or names != len(numbers):
            raise WrongError(f"numbers of {prefix}: {numbers}, {names} names")


def check_runs():
    """All are over, and so are their rows."""
    stuck = query(
        "SELECT run.id, run.state, line.state, COUNT(*) FROM billing_run run"
        "  JOIN billing_run_line line ON line.run_id = run.id"
        " WHERE run.state NOT IN ('done', 'cancelled') OR line.state = 'queued'"
        " GROUP BY 1, 2, 3"
    )
    if stuck:
        raise WrongError(f"runs: {stuck}")
    jobs = query("SELECT cron_name FROM ir_cron WHERE NOT active AND failure_count > 0")
    if jobs:
        raise WrongError(f"jobs that were switched off: {jobs}")


def check_locks():
    """Of those that were killed no transaction is left, and nobody waits."""
    for _ in range(50):
        rows = query(
            "SELECT pid, state, wait_event_type, query FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid != pg_backend_pid()"
            "   AND (xact_start IS NOT NULL OR wait_event_type = 'Lock')"
        )
        if not rows:
            return
        time.sleep(0.1)
    raise WrongError(f"transactions that were left: {rows}")


def check_sent(mails, killed=False):
    """What is marked as sent by mail has left once, and what is not has not.

    :param mails: as the mail server has taken them
    :param killed: a mail may have left again that was under way at a kill: then it is
        the same, by its id
    :return: how many came again
    """
    again = 0
    rows = query(
        "SELECT move.name, move.sent_channel, partner.email FROM account_move move"
        "  JOIN res_partner partner ON partner.id = move.partner_id"
        " WHERE move.state = 'posted'"
    )
    # A mail tells its invoice in its subject.
    for name, channel, _email in rows:
        ids = Counter(mail["id"] for mail in mails if f"{name})" in mail["subject"])
        if bool(ids) != (channel == "mail"):
            raise WrongError(f"{name} is marked {channel}, and mails left: {dict(ids)}")
        again += ids.total() - len(ids)
        if len(ids) > 1 or (ids.total() > 1 and not killed):
            raise WrongError(f"{name} left {ids.total()} times: {dict(ids)}")
    return again


def check_all(period_ids):
    check_runs()
    check_locks()
    check_invoiced_once(period_ids)
    check_numbers()
    check_ledger()
