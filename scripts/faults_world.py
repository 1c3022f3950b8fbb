"""What the faults of scripts/faults.py happen to: a database server of its own, workers
that are processes, and the checks that have to hold after each.

A worker is a copy of this process (``fork``), with Odoo's registry in memory: it is
there at once, is killed as any other, and has connections of its own.
"""

import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
import traceback
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import psycopg2
import requests

import odoo
from odoo import SUPERUSER_ID, api, fields
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.sql_db import close_all

BASE, DATABASE = "faults_base", "faults"
#: More borders between chunks than there would be with the sizes of the product.
CHUNKS = {"generate": 5, "confirm": 5, "send": 1, "mark_sent": 5, "print": 2}
#: Seconds; Odoo waits 60 for a mail server, the job a minute for what others work on.
SMTP_TIMEOUT = 2
PAUSE = 1
#: Seconds after which a run that does not end is stuck.
STUCK = 300
JOBS = ("invoicing_cycle.ir_cron_work_on_runs", "mail.ir_cron_mail_scheduler_action")


class WrongError(Exception):
    """Something is not as it must be after a fault."""


def query(text, *args, database=DATABASE):
    """Rows of a statement, on a connection of its own."""
    connection = psycopg2.connect(dbname=database)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(text, args)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@contextmanager
def environment(uid=SUPERUSER_ID, database=DATABASE):
    """An environment whose changes are committed."""
    with Registry(database).cursor() as cr:
        yield api.Environment(cr, uid, {"lang": "en_US"})


def request(uid, function):
    """Call a function with an environment as a request of that user: what collides is
    done again, as Odoo does for each request."""
    with Registry(DATABASE).cursor() as cr:
        env = api.Environment(cr, uid, {"lang": "en_US"})
        result = retrying(lambda: function(env), env)
        cr.commit()
        return result


def fork(function, *args):
    """:return: process id of a copy of this process that calls the function"""
    close_all()
    sys.stdout.flush()
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        function(*args)
        status = 0
    except BaseException:  # noqa: BLE001 - a copy must not go on as its original
        traceback.print_exc()
    finally:
        os._exit(status)


def work():
    """What a server's thread for jobs does, until it is killed."""
    from odoo.addons.base.models import ir_mail_server
    from odoo.addons.base.models.ir_cron import IrCron
    from odoo.addons.invoicing_cycle.models.runs import kinds, worker

    kinds.CHUNKS.update(CHUNKS)
    worker.PAUSE = worker.timedelta(seconds=PAUSE)
    ir_mail_server.SMTP_TIMEOUT = SMTP_TIMEOUT
    while True:
        IrCron._process_jobs(DATABASE)
        time.sleep(0.1)


class World:
    """The database server, the mail server and the workers."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.mails_file = self.folder / "mails"
        self.workers = []
        self.users = {}
        self.port = int(os.environ["FAULTS_SMTP_PORT"])
        self.mail_server = subprocess.Popen(  # noqa: S603 - our own file
            [
                sys.executable,
                Path(__file__).with_name("faults_smtp.py"),
                str(self.port),
                self.mails_file,
            ]
        )

    # ------------------------------------------------------------ the database

    def postgres(self, *args):
        """``pg_ctl`` on the cluster; the shell part of this says as whom."""
        subprocess.run(  # noqa: S603 - our own command
            ["bash", "-c", 'as_owner pg_ctl "$@"', "pg_ctl", *args],  # noqa: S607
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def restart_postgres(self):
        self.postgres("stop", "-m", "immediate", "-s")
        self.start_postgres()

    def start_postgres(self):
        log = os.environ["CLUSTER"] + "/server.log"
        self.postgres("start", "-l", log, "-w", "-t", "60", "-s")

    def fresh(self):
        """A new database with nothing invoiced."""
        close_all()
        query(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)", database="postgres")
        query(f"CREATE DATABASE {DATABASE} TEMPLATE {BASE}", database="postgres")
        # Else PostgreSQL forgets at a crash how far the sequences of a copy are.
        query("CHECKPOINT")
        self.mails_file.write_text("")
        self.hang(False)

    def warm_up(self):
        """Do all once and undo it: what Odoo keeps in memory, workers need not make."""
        self.fresh()
        periods = self.get_periods(3)
        with Registry(DATABASE).cursor() as cr:
            env = api.Environment(cr, self.get_user(), {"lang": "en_US"})
            result = env["project.billing.period"].browse(periods)._generate_invoices()
            moves = env["account.move"].browse(result.made)
            moves.action_post()
            moves[0]._get_invoice_legal_documents("invoice_pdf")
            env["account.move.send"]._generate_and_send_invoices(moves[1])
            moves[2].action_mark_as_sent()
            cr.rollback()

    def prepare(self):
        """Make the database that each scenario copies, of the one that fill.py has
        filled: all time locked, customers with an address, who may bill, and no jobs
        but those that work on runs and send mails."""
        with environment(database=BASE) as env:
            env["hr.employee"].search([]).timesheet_locked_until = "2099-12-31"
            for project in env["project.project"].search(
                [("billing_frequency", "!=", False)]
            ):
                project.partner_id.email = f"customer-{project.id}@example.com"
            company = env.company
            company.partner_id.email = "company@example.com"
            group = env.ref("account.group_account_manager")
            manager = env.ref("invoicing_cycle.group_invoicing_cycle_manager")
            env["res.users"].create(
                {
                    "name": "Accountant",
                    "login": "faults",
                    "email": "accountant@example.com",
                    "group_ids": [(4, group.id), (4, manager.id)],
                }
            )
            env["ir.mail_server"].create(
                {
                    "name": "faults",
                    "smtp_host": "127.0.0.1",
                    "smtp_port": self.port,
                    "smtp_authentication": "login",
                    "smtp_encryption": "none",
                }
            )
            parameters = env["ir.config_parameter"]
            # Style sheets of PDFs are not fetched: nothing listens there.
            parameters.set_param("report.url", "http://127.0.0.1:9")
            jobs = env["ir.cron"].union(*map(env.ref, JOBS))
            (env["ir.cron"].search([]) - jobs).active = False
            # Odoo calls a job in its next turn that was killed again and again.
            jobs.write({"interval_number": 1, "interval_type": "minutes"})
        close_all()
        # The registry is one for all: that of the copies.
        Registry.delete(BASE)
        store = Path(odoo.tools.config.filestore(DATABASE))
        shutil.rmtree(store, ignore_errors=True)
        shutil.copytree(odoo.tools.config.filestore(BASE), store, copy_function=os.link)

    # ------------------------------------------------------------ the workers

    def start_worker(self, limit=None):
        def limited():
            if limit:
                hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
            work()

        self.workers.append(fork(limited))

    def start_server(self):
        """Odoo itself, as one starts it, with a thread for jobs."""
        close_all()
        options = ["--database", DATABASE, "--data-dir", str(self.folder)]
        options += ["--http-port", os.environ["FAULTS_HTTP_PORT"]]
        server = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "odoo", *options, "--max-cron-threads=1"]
        )
        self.workers.append(server.pid)

    def call(self, key, model, method, **arguments):
        """Call a method of the server by JSON-2, as soon as it answers."""
        port = os.environ["FAULTS_HTTP_PORT"]
        end = time.monotonic() + STUCK
        while True:
            try:
                answer = requests.post(
                    f"http://127.0.0.1:{port}/json/2/{model}/{method}",
                    json=arguments,
                    headers={"Authorization": f"Bearer {key}"},
                    timeout=STUCK,
                )
            except requests.ConnectionError:
                if time.monotonic() > end:
                    raise
                time.sleep(0.2)
            else:
                answer.raise_for_status()
                return answer.json()

    def make_key(self):
        """:return: API key of the accountant"""
        with environment(self.get_user()) as env:
            tomorrow = fields.Datetime.now() + timedelta(days=1)
            return env["res.users.apikeys"]._generate("rpc", "faults", tomorrow)

    def kill_workers(self):
        while self.workers:
            self.end(self.workers.pop())

    def end(self, pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)

    def join(self, pids):
        """Wait for clients that end by themselves."""
        statuses = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        if any(statuses):
            raise WrongError(f"clients ended with {statuses}")

    def close(self):
        self.kill_workers()
        self.mail_server.kill()
        close_all()

    # ------------------------------------------------------------- the mails

    def hang(self, hangs):
        file = Path(f"{self.mails_file}.hangs")
        file.touch() if hangs else file.unlink(missing_ok=True)

    def get_mails(self):
        """:return: list of dict ``to``, ``id``, ``subject`` of mails that were taken"""
        return [json.loads(line) for line in self.mails_file.read_text().splitlines()]

    # -------------------------------------------------------------- the runs

    def start_run(self, kind, ids):
        """:return: id of a run that the accountant starts"""
        from odoo.addons.invoicing_cycle.models.runs import start

        model = start.MODELS[kind]
        method = {
            "generate": "action_generate_invoices",
            "confirm": "action_confirm_invoices",
            "send": "action_send_in_background",
            "mark_sent": "action_mark_as_sent",
            "print": "action_download_invoices",
        }[kind]
        with patch.dict(start.IMMEDIATE, dict.fromkeys(start.IMMEDIATE, 0)):
            action = request(
                self.get_user(),
                lambda env: getattr(env[model].browse(ids), method)(),
            )
        return action["res_id"]

    def get_user(self):
        [(uid,)] = query("SELECT id FROM res_users WHERE login = 'faults'")
        return uid

    def is_over(self):
        return not query(
            "SELECT 1 FROM billing_run WHERE state IN ('queued', 'running') LIMIT 1"
        )

    def wait(self, seconds=STUCK):
        """Wait until no run is at work."""
        end = time.monotonic() + seconds
        while not self.is_over():
            if time.monotonic() > end:
                rows = query(
                    "SELECT run.id, run.kind, run.state, line.state, COUNT(*)"
                    "  FROM billing_run run"
                    "  JOIN billing_run_line line ON line.run_id = run.id"
                    " GROUP BY 1, 2, 3, 4 ORDER BY 1"
                )
                raise WrongError(f"a run does not end: {rows}")
            time.sleep(0.1)

    def wait_for_rows(self, run_id, count):
        """Wait until so many rows of a run are done, or it is over."""
        end = time.monotonic() + STUCK
        while time.monotonic() < end and not self.is_over():
            [(done,)] = query(
                "SELECT COUNT(*) FROM billing_run_line"
                " WHERE run_id = %s AND state != 'queued'",
                run_id,
            )
            if done >= count:
                return
            time.sleep(0.05)

    def get_rows(self, run_id):
        """:return: dict, id of a document to (state, message) of its row"""
        return {
            res_id: (state, message or "")
            for res_id, state, message in query(
                "SELECT res_id, state, message FROM billing_run_line WHERE run_id = %s",
                run_id,
            )
        }

    def resume(self, run_id):
        request(
            self.get_user(),
            lambda env: env["billing.run"].browse(run_id).action_resume(),
        )

    def get_periods(self, count):
        """:return: ids of periods with time, of as many customers as may be"""
        return [
            row[0]
            for row in query(
                "SELECT id FROM project_billing_period period WHERE EXISTS ("
                "       SELECT FROM account_analytic_line entry"
                "        WHERE entry.billing_period_id = period.id)"
                " ORDER BY date_from, id LIMIT %s",
                count,
            )
        ]
