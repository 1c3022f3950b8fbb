"""Things go wrong while invoices are made, sent and printed: ``./dev faults``.

Processes are killed, connections cut, servers stopped, disks full, mail servers silent:
at moments from a seed. After each, the proof finds no difference, no number is there
twice, nothing is stuck, and the run goes on. Prints a line for each, and ends with
status 1 when something was wrong.
"""

import contextlib
import functools
import io
import json
import logging
import os
import random
import sys
import time
import traceback
import zipfile
from collections import Counter
from pathlib import Path

import psycopg2
from faults_checks import check_all, check_ledger, check_sent
from faults_world import DATABASE, World, WrongError, environment, fork, query, request

import odoo

#: Documents of a run.
SIZES = {"generate": 15, "confirm": 15, "send": 3, "mark_sent": 12, "print": 4}
#: Faults of a run, and seconds within which each happens after a chunk.
FAULTS = 2
MOMENT = 1.5


def say(text):
    print(text, flush=True)  # noqa: T201


# ----------------------------------------------------- runs of each kind, with faults


def run_all_kinds(world, rng, fault, kinds=SIZES):
    """One run of each kind after the other, each with faults at random moments.

    :param fault: function of the world, called while a worker works
    :return: number of faults that met a run at work
    """
    met = 0
    periods = world.get_periods(SIZES["generate"])
    for kind in kinds:
        ids = get_documents(kind, periods)
        run = world.start_run(kind, ids)
        world.start_worker()
        for rows in sorted(rng.choices(range(len(ids)), k=FAULTS)):
            world.wait_for_rows(run, rows)
            time.sleep(rng.uniform(0, MOMENT))
            met += not world.is_over()
            fault(world)
        world.wait()
        world.kill_workers()
    finish_mails(world)
    check_all(periods)
    check_rows()
    return met


def get_documents(kind, periods):
    if kind == "generate":
        return periods
    conditions = {
        "confirm": "state = 'draft'",
        "send": "state = 'posted' AND sent_on IS NULL",
        "mark_sent": "state = 'posted' AND sent_on IS NULL",
        "print": "state = 'posted'",
    }
    # What was sent has its PDF, and is not printed again.
    order = "DESC" if kind == "print" else ""
    return [
        row[0]
        for row in query(
            f"SELECT id FROM account_move WHERE {conditions[kind]}"  # noqa: S608
            f" ORDER BY id {order} LIMIT %s",
            SIZES[kind],
        )
    ]


def check_rows():
    """All has been done, once: nothing was wrong with the documents themselves."""
    rows = query(
        "SELECT run_id, state, message FROM billing_run_line WHERE state != 'done'"
    )
    if rows:
        raise WrongError(f"rows that were not done: {rows}")


def finish_mails(world):
    """Mails that were under way at a fault are left to Odoo's own queue."""

    def send(env):
        env["mail.mail"].process_email_queue()

    request(1, send)


def kill(world):
    world.kill_workers()
    world.start_worker()


def cut(world):
    query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = %s AND pid != pg_backend_pid()",
        DATABASE,
    )


def stop(world):
    world.restart_postgres()


def killed(world, rng):
    met = run_all_kinds(world, rng, kill)
    again = check_sent(world.get_mails(), killed=True)
    return f"{met} kills met a run at work; mails that came again: {again}"


def connections_cut(world, rng):
    met = run_all_kinds(world, rng, cut)
    again = check_sent(world.get_mails(), killed=True)
    return f"{met} cuts met a run at work; mails that came again: {again}"


def postgres_stopped(world, rng):
    met = run_all_kinds(world, rng, stop)
    again = check_sent(world.get_mails(), killed=True)
    return f"{met} stops met a run at work; mails that came again: {again}"


def server_killed(world, rng):
    """Odoo's own server is killed at its work, and started again."""
    periods, key = world.get_periods(30), world.make_key()
    ids = periods[:20]
    period = "project.billing.period"
    world.start_server()
    # It is up when it answers; then it works on a run while it is asked for more.
    world.call(key, period, "search_count", domain=[])
    world.start_run("generate", ids)
    time.sleep(rng.uniform(0, 2 * MOMENT))
    met = not world.is_over()
    world.kill_workers()
    world.start_server()
    made = world.call(key, period, "action_generate_invoices", ids=periods[10:])
    result = made["context"]["billing_result"]
    world.wait()
    world.kill_workers()
    check_all(periods)
    told = "at work" if met else "when it was done"
    return f"killed {told}; a call by JSON-2 made {len(result['made'])} of 20"


# ------------------------------------------------------------------- many at a time


def start_run(world, ids):
    world.start_run("generate", ids)


def invoice_at_once(world, ids):
    request(
        world.get_user(),
        lambda env: (
            env["project.billing.period"].browse(ids).action_generate_invoices()
        ),
    )


def eight_clients(world, rng):
    """Overlapping runs, and calls that overlap with them, all at once."""
    periods = world.get_periods(40)
    world.start_worker()
    sets = [rng.sample(periods, 20) for _ in range(7)] + [periods]
    work = [start_run, invoice_at_once] * 4
    world.join([fork(do, world, ids) for do, ids in zip(work, sets, strict=True)])
    world.wait()
    world.kill_workers()
    asked = set().union(*sets)
    check_all(asked)
    rows = query("SELECT state, COUNT(*) FROM billing_run_line GROUP BY 1 ORDER BY 1")
    return f"rows of the runs: {dict(rows)}"


def eight_calls(world, rng):
    """Calls that overlap, without a run: whoever waits takes what is left."""
    periods = world.get_periods(40)
    sets = [rng.sample(periods, 20) for _ in range(7)] + [periods]
    world.join([fork(invoice_at_once, world, ids) for ids in sets])
    check_all(periods)
    return "each period has one invoice"


def write_the_same(world, seed):
    """Change what a run works on, again and again."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    tables = (
        "project_billing_period",
        "account_move",
        "project_billing_time",
        "billing_run",
        "billing_run_line",
    )
    while True:
        with contextlib.suppress(psycopg2.Error):
            for table in tables:
                query(
                    f"UPDATE {table} SET write_date = NOW()"  # noqa: S608
                    f" WHERE id % 7 = {rng.randrange(7)}"
                )
        time.sleep(rng.uniform(0.2, 0.8))


def collisions(world, rng):
    """Somebody else writes the rows that runs write: chunks are done again."""
    writer = fork(write_the_same, world, rng.random())
    try:
        run_all_kinds(world, rng, lambda _world: None)
    finally:
        world.end(writer)
    check_sent(world.get_mails())
    return "chunks that collided were done again"


def save_time(world, entry_ids, seed, file):
    """People log time in the periods that are being invoiced, and preview them."""
    rng = random.Random(seed)  # noqa: S311 - no secret
    slowest = Counter()
    while not Path(f"{file}.end").exists():
        for name, do in (("time", log_time), ("preview", preview)):
            entry = rng.choice(entry_ids)
            start = time.perf_counter()
            request(1, functools.partial(do, entry=entry))
            slowest[name] = max(slowest[name], time.perf_counter() - start)
    Path(file).write_text(json.dumps(slowest))


def log_time(env, entry):
    # Another person each time: nobody's row is there to collide on. Locked at once, as
    # else the period has to wait for that person.
    person = env["hr.employee"].create({"name": "Late"})
    env["account.analytic.line"].browse(entry).copy({"employee_id": person.id})
    person.timesheet_locked_until = "2099-12-31"


def preview(env, entry):
    period = env["account.analytic.line"].browse(entry).billing_period_id
    period.action_preview_invoices()


def time_meanwhile(world, rng):
    """Time is saved in periods that are being invoiced: it is billed or waits."""
    periods = world.get_periods(40)
    entries = [
        row[0]
        for row in query(
            "SELECT MAX(id) FROM account_analytic_line"
            " WHERE billing_period_id = ANY(%s) GROUP BY billing_period_id",
            periods,
        )
    ]
    file = world.folder / "slowest"
    Path(f"{file}.end").unlink(missing_ok=True)
    people = [fork(save_time, world, entries, rng.random(), file) for _ in range(2)]
    world.start_run("generate", periods)
    world.start_worker()
    world.wait()
    Path(f"{file}.end").touch()
    world.join(people)
    world.kill_workers()
    check_ledger()
    slowest = json.loads(file.read_text())
    return "; ".join(f"slowest {name} {took:.1f} s" for name, took in slowest.items())


# ------------------------------------------------------------- disks and mail servers


def get_posted(world, count):
    """Invoices that are confirmed, by a run of each.

    :return: (ids of the periods, ids of the invoices)
    """
    periods = world.get_periods(count)
    world.start_worker()
    world.start_run("generate", periods)
    world.wait()
    world.start_run("confirm", get_documents("confirm", periods))
    world.wait()
    world.kill_workers()
    return periods, get_documents("print", periods)


def full_disk(world, rng):
    """No file may be larger than a few kB, until there is space again."""
    periods, moves = get_posted(world, 4)
    limit = rng.choice([4, 8, 16, 40]) * 1024
    runs = [world.start_run(kind, moves) for kind in ("print", "send")]
    world.start_worker(limit=limit)
    world.wait()
    world.kill_workers()
    rows = [row for run in runs for row in world.get_rows(run).values()]
    failed = [text for state, text in rows if state == "failed"]
    if not all(failed) or {state for state, _text in rows} - {"done", "failed"}:
        raise WrongError(f"rows without space: {rows}")
    check_sent(world.get_mails())
    check_all(periods)
    world.start_worker()
    for run in runs:
        if any(state == "failed" for state, _text in world.get_rows(run).values()):
            world.resume(run)
    world.wait()
    world.kill_workers()
    check_all(periods)
    check_rows()
    check_sent(world.get_mails())
    check_printed(runs[0], len(moves))
    return f"files of up to {limit // 1024} kB: {len(failed)} of 8 rows failed"


def check_printed(run_id, count):
    """Each invoice is in one of the files to download, and is a PDF."""
    names = Counter()
    with environment() as env:
        files = env["ir.attachment"].search(
            [("res_model", "=", "billing.run"), ("res_id", "=", run_id)]
        )
        for file in files:
            with zipfile.ZipFile(io.BytesIO(file.raw)) as archive:
                for name in archive.namelist():
                    names[name] += archive.read(name).startswith(b"%PDF")
    if len(names) != count or set(names.values()) != {1}:
        raise WrongError(f"printed: {dict(names)}")


def send_to(world, rng, kind):
    """Send four invoices; to one or two of them mail does not go, for now.

    :return: (ids of the periods, id of the run, ids of invoices to which none goes)
    """
    periods, moves = get_posted(world, 4)
    bad = rng.sample(moves, rng.choice([1, 2]))
    query(
        "UPDATE res_partner SET email = %s || email, email_normalized = %s || email"
        " WHERE id IN (SELECT partner_id FROM account_move WHERE id = ANY(%s))",
        f"{kind}-",
        f"{kind}-",
        bad,
    )
    run = world.start_run("send", moves)
    world.start_worker()
    world.wait()
    world.kill_workers()
    check_failed(world, run, bad)
    return periods, run, bad


def check_failed(world, run, bad):
    """Rows of these tell why mail did not go, all others are done."""
    rows = world.get_rows(run)
    told = {key for key, (state, text) in rows.items() if state == "failed" and text}
    done = {key for key, (state, _text) in rows.items() if state == "done"}
    if told != set(bad) or done != set(rows) - told:
        raise WrongError(f"no mail goes to {bad}: {rows}")
    check_sent(world.get_mails())


def finish_sending(world, periods, run):
    """What kept the mails back is mended: the run goes on, and nothing leaves twice."""
    world.start_worker()
    world.resume(run)
    world.wait()
    world.kill_workers()
    finish_mails(world)
    check_all(periods)
    check_rows()
    check_sent(world.get_mails())


def mail_refused(world, rng):
    periods, run, bad = send_to(world, rng, "refuse")
    query(
        "UPDATE res_partner SET email = REPLACE(email, 'refuse-', ''),"
        " email_normalized = REPLACE(email_normalized, 'refuse-', '')"
    )
    finish_sending(world, periods, run)
    return f"{len(bad)} of 4 addresses refused (550), then mended"


def mail_hangs(world, rng):
    world.hang(True)
    periods, run, bad = send_to(world, rng, "hang")
    world.hang(False)
    finish_sending(world, periods, run)
    return f"{len(bad)} of 4 mails without an answer, then answered"


def mail_server_gone(world, rng):
    periods, moves = get_posted(world, 3)
    query("UPDATE ir_mail_server SET smtp_port = 9")
    run = world.start_run("send", moves)
    world.start_worker()
    world.wait()
    world.kill_workers()
    check_failed(world, run, moves)
    query("UPDATE ir_mail_server SET smtp_port = %s", world.port)
    finish_sending(world, periods, run)
    return "3 of 3 connections refused, then made"


SCENARIOS = {
    "worker killed": killed,
    "connections cut": connections_cut,
    "PostgreSQL stopped": postgres_stopped,
    "server killed": server_killed,
    "8 clients, runs and calls": eight_clients,
    "8 clients, calls alone": eight_calls,
    "others write the same": collisions,
    "time saved meanwhile": time_meanwhile,
    "disk full": full_disk,
    "mail refused": mail_refused,
    "mail server hangs": mail_hangs,
    "mail server gone": mail_server_gone,
}


def main(rounds, seed, chosen):
    odoo.tools.config.parse_config(["--data-dir", os.environ["FAULTS_FOLDER"]])
    logging.getLogger("odoo").setLevel(logging.INFO)
    world = World(os.environ["FAULTS_FOLDER"])
    report = []
    try:
        world.prepare()
        world.warm_up()
        say(f"seed {seed}, {rounds} rounds")
        for number in range(rounds):
            for name, scenario in SCENARIOS.items():
                if not chosen or any(text in name for text in chosen):
                    report.append(run_one(world, name, scenario, f"{seed}/{number}"))
    finally:
        world.close()
    Path(os.environ["FAULTS_REPORT"]).write_text(json.dumps(report, indent=1))
    wrong = sum(not row["right"] for row in report)
    say(f"{len(report)} faults, {wrong} of them went wrong")
    return bool(wrong)


def run_one(world, name, scenario, seed):
    """:return: dict, a row of the report"""
    start = time.monotonic()
    right, seen = True, ""
    try:
        world.fresh()
        seen = scenario(world, random.Random(f"{seed}/{name}"))  # noqa: S311 - no secret
    except WrongError as error:
        right, seen = False, str(error)
    except Exception as error:  # noqa: BLE001 - others come after it
        traceback.print_exc()
        right, seen = False, repr(error)
    finally:
        world.kill_workers()
    took = time.monotonic() - start
    say(f"{name:28} {seed:>12} {took:6.1f} s  {'' if right else 'WRONG: '}{seen}")
    return {"name": name, "seed": seed, "right": right, "seen": seen, "seconds": took}


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]))
