"""Has a real server with OCA's job runner work on a run that a user starts by HTTP.

    job_runner.py DATABASE

The database has the add-on and OCA's queue_job; what is done in it stays. The server
has two workers; QUEUE_WORKERS of them (2) work at a time on a run of QUEUE_PERIODS
periods. Without QUEUE_PERIODS it is of a few, in small chunks, and a worker is killed
in the midst, as by the kernel. At the end every period has to have one invoice. Prints
how long the run took; the server's log goes to QUEUE_LOG.

    job_runner.py OPTION...

The server itself: Odoo starts a part of it as this script with other options.
"""

import configparser
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

WORKERS = int(os.environ.get("QUEUE_WORKERS") or 2)
PERIODS = int(os.environ.get("QUEUE_PERIODS") or 0)
#: Periods and chunks that show all of it; ENTRIES of time in each period.
FEW = 48
SMALL = 6
ENTRIES = 10
#: Seconds after which something is wrong.
PATIENCE = 240
DAY = date(2026, 1, 15)
LOGIN = "job_runner"
#: What the server's log has where a worker is killed, and nothing else.
ABOUT_THE_KILLED = ("exception in GET", "Re-queued dead job")


# ------------------------------------------------------------------ the data


def prepare(env, count):
    """Make projects with a Ready period each, and who bills them.

    :return: ``project.billing.period``
    """
    if not env.company.chart_template:
        env["account.chart.template"].try_loading(
            "generic_coa", company=env.company, install_demo=False
        )
    env["res.users"].create(
        {
            "name": "Biller",
            "login": LOGIN,
            "password": LOGIN,
            "group_ids": [(4, env.ref("account.group_account_invoice").id)],
        }
    )
    product = env["product.product"].create(
        {
            "name": "Consulting",
            "type": "service",
            "list_price": 100.0,
            "uom_id": env.ref("uom.product_uom_hour").id,
            "service_policy": "delivered_timesheet",
        }
    )
    line = {"product_id": product.id, "product_uom_qty": 10.0}
    orders = env["sale.order"].create(
        [
            {"partner_id": partner.id, "order_line": [(0, 0, line)]}
            for partner in env["res.partner"].create(
                [{"name": f"Customer {number}"} for number in range(count)]
            )
        ]
    )
    orders.action_confirm()
    projects = env["project.project"].create(
        [
            {
                "name": f"Project of {order.name}",
                "allow_billable": True,
                "partner_id": order.partner_id.id,
                "sale_line_id": order.order_line.id,
                "billing_frequency": "monthly",
                "billing_start_date": DAY.replace(day=1),
            }
            for order in orders
        ]
    )
    employee = env["hr.employee"].create({"name": "Consultant"})
    env["account.analytic.line"].create(
        [
            {
                "name": f"Work {number}",
                "project_id": project.id,
                "employee_id": employee.id,
                "date": DAY,
                "unit_amount": 0.5,
            }
            for project in projects
            for number in range(ENTRIES)
        ]
    )
    employee.timesheet_locked_until = DAY.replace(day=31)
    return env["project.billing.period"].search(
        [("project_id", "in", projects.ids), ("date_from", "=", DAY.replace(day=1))]
    )


def check(env, period_ids):
    """Every period is invoiced, once, and the ledger agrees with itself."""
    periods = env["project.billing.period"].browse(period_ids)
    wrong = {
        period.display_name: len(period.invoice_ids)
        for period in periods
        if len(period.invoice_ids) != 1
    }
    if wrong or len(periods.invoice_ids) != len(periods):
        raise AssertionError(f"periods with none or several invoices: {wrong}")
    if differences := env["billing.proof"]._prove(periods.project_id).differences:
        raise AssertionError(f"the proof finds: {differences[:5]}")
    run = env["billing.run"].search([])
    counts = run.state, run.done_count, run.failed_count
    if counts != ("done", len(periods), 0):
        raise AssertionError(f"the run: {counts}")


# ---------------------------------------------------------------- the server


def get_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@contextlib.contextmanager
def running_server(database, log):
    """A server with two workers and the job runner.

    :return: context manager, the server's address
    """
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(os.environ["ODOO_RC"])
    settings["queue_job"] = {"channels": f"root:4,root.invoicing:{WORKERS}"}
    port = get_port()
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as config:
        settings.write(config)
        config.flush()
        options = {
            "config": config.name,
            "database": database,
            "load": "base,rpc,web,queue_job",
            "workers": 2,
            "max-cron-threads": 0,
            "http-port": port,
            "gevent-port": get_port(),
            "logfile": log,
        }
        server = subprocess.Popen(  # noqa: S603 - of the values above
            [
                sys.executable,
                __file__,
                *(f"--{name}={value}" for name, value in options.items()),
            ]
        )
        try:
            wait_for("the job runner", lambda: "runner ready" in read(log))
            yield f"http://127.0.0.1:{port}"
        finally:
            server.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(30)
            server.kill()


def read(path):
    return Path(path).read_text() if Path(path).exists() else ""


def wait_for(what, ask):
    """
    :return: what ``ask`` gives, as soon as it is true
    """
    end = time.monotonic() + PATIENCE
    while not (answer := ask()):
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come")
        time.sleep(0.05)
    return answer


def start_run(address, period_ids):
    """A user selects periods and has their invoices created."""
    import requests

    session = requests.Session()

    def call(path, **params):
        answer = session.post(
            f"{address}{path}", json={"params": params}, timeout=PATIENCE
        ).json()
        if "error" in answer:
            raise AssertionError(answer["error"])
        return answer["result"]

    database = sys.argv[1]
    call("/web/session/authenticate", db=database, login=LOGIN, password=LOGIN)
    action = call(
        "/web/dataset/call_kw",
        model="project.billing.period",
        method="action_generate_invoices",
        args=[period_ids],
        kwargs={},
    )
    if action["res_model"] != "billing.run":
        raise AssertionError(f"no run was started: {action}")


# ------------------------------------------------------------------- the run


def kill_a_worker(query):
    """Kill one that works on a chunk, once others have been done.

    :return: id of its job
    """
    working = (
        "SELECT id, worker_pid FROM queue_job WHERE state = 'started'"
        " AND method_name = '_job_chunk' AND EXISTS ("
        "  SELECT FROM billing_run_line WHERE state = 'done') LIMIT 1"
    )
    [(job, process)] = wait_for("a chunk", lambda: query(working))
    os.kill(process, signal.SIGKILL)
    return job


def work(database, period_ids, query):
    """Start a run and wait until it is done."""
    log = os.environ["QUEUE_LOG"]
    Path(log).unlink(missing_ok=True)
    with running_server(database, log) as address:
        start_run(address, period_ids)
        wait_for(
            "the run", lambda: query("SELECT FROM billing_run WHERE state='running'")
        )
        started = time.perf_counter()
        killed = None if PERIODS else kill_a_worker(query)
        wait_for("its end", lambda: query("SELECT FROM billing_run WHERE state='done'"))
        seconds = time.perf_counter() - started
        if killed:
            wait_for("the killed job", lambda: is_done_again(query, killed))
    check_workers(query, killed)
    check_log(log, killed)
    return seconds


def is_done_again(query, job):
    # Has the runner look for jobs that are dead, which it does once a minute by itself.
    query("SELECT pg_notify('queue_job', '')")
    return query(f"SELECT FROM queue_job WHERE id = {job:d} AND state = 'done'")


def check_workers(query, killed):
    [(workers,)] = query(
        "SELECT count(DISTINCT worker_pid) FROM queue_job"
        " WHERE method_name = '_job_chunk' AND exec_time > 0.5"
    )
    if not killed and WORKERS > 1 and workers != WORKERS:
        raise AssertionError(f"{workers} workers took part, not {WORKERS}")
    if failed := query("SELECT name, exc_info FROM queue_job WHERE state = 'failed'"):
        raise AssertionError(f"jobs failed: {failed}")


def check_log(log, killed):
    allowed = ABOUT_THE_KILLED if killed else ()
    for line in read(log).splitlines():
        if " ERROR " in line or " WARNING " in line:
            print(line)  # noqa: T201
            if not any(text in line for text in allowed):
                raise AssertionError(f"the server's log has: {line}")


def main(database):
    import click_odoo
    import psycopg2

    from odoo.sql_db import connection_info_for

    count = PERIODS or FEW
    with click_odoo.OdooEnvironment(database=database) as env:
        period_ids = prepare(env, count).ids
        env.cr.commit()
    connection = psycopg2.connect(**connection_info_for(database)[1])
    connection.autocommit = True

    def query(text):
        with connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()

    seconds = work(database, period_ids, query)
    connection.close()
    with click_odoo.OdooEnvironment(database=database) as env:
        check(env, period_ids)
    print(  # noqa: T201
        f"{count} periods, {WORKERS} at a time: {seconds:.1f} s,"
        f" {count / seconds:.1f} periods a second"
    )


def serve():
    from odoo.cli.command import main as main_of_odoo
    from odoo.modules.registry import Registry

    new = Registry.new

    def new_with_small_chunks(*args, **kwargs):
        registry = new(*args, **kwargs)
        from odoo.addons.invoicing_cycle.models.runs import kinds, start

        kinds.CHUNKS["generate"] = start.IMMEDIATE["generate"] = SMALL
        return registry

    if not PERIODS:
        Registry.new = new_with_small_chunks
    main_of_odoo()


if __name__ == "__main__":
    if sys.argv[1].startswith("-") or sys.argv[1] == "gevent":
        serve()
    else:
        main(sys.argv[1])
