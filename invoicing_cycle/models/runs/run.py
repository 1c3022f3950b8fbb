from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..common.call_arguments import ensure_one

KINDS = [
    ("generate", "Create invoices"),
    ("confirm", "Confirm invoices"),
    ("send", "Send invoices"),
    ("mark_sent", "Mark as sent"),
    ("print", "Print invoices"),
    ("prove", "Prove the cycle"),
]
STATES = [
    ("queued", "Queued"),
    ("running", "Running"),
    ("done", "Done"),
    ("cancelled", "Cancelled"),
]
#: How long runs that ended are kept, with what they printed.
KEPT = timedelta(days=90)
#: Of runs that somebody waits for.
AT_WORK = ("queued", "running")


class BillingRun(models.Model):
    """Work on many periods or invoices that goes on beside the user.

    Whoever starts one may close the tab. A job takes it in chunks; each is a
    transaction of its own, so that what is done stays done whatever happens to the
    server. It acts with the rights of who started it, and every row tells what became
    of it.

    Nobody writes a run by hand: its starter cancels and resumes it.
    """

    _name = "billing.run"
    _description = "Billing Run"
    _inherit = ["billing.recorded.mixin"]
    _order = "id desc"

    kind = fields.Selection(KINDS, required=True, readonly=True)
    state = fields.Selection(
        STATES, required=True, readonly=True, default="queued", index=True
    )
    user_id = fields.Many2one(
        "res.users",
        string="Started By",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_ids = fields.Many2many(
        "res.company",
        readonly=True,
        help="The companies that were switched on when it was started.",
    )
    options = fields.Json(readonly=True, help="What the action was called with.")
    line_ids = fields.One2many("billing.run.line", "run_id", readonly=True)
    failed_line_ids = fields.One2many(
        "billing.run.line",
        "run_id",
        string="What failed",
        domain=[("state", "=", "failed")],
        readonly=True,
    )
    total_count = fields.Integer("Documents", compute="_compute_counts")
    done_count = fields.Integer(
        "Done", compute="_compute_counts", help="With those that had nothing to do."
    )
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    progress = fields.Float(compute="_compute_counts", help="In per cent.")
    started_on = fields.Datetime(readonly=True)
    worked_on = fields.Datetime(
        readonly=True, help="When a chunk was begun: runs take turns by this."
    )
    ended_on = fields.Datetime(readonly=True)
    download_count = fields.Integer(compute="_compute_download_count")

    @api.model
    def _get_recorded_fields(self):
        return super()._get_recorded_fields() | {
            "kind",
            "state",
            "user_id",
            "company_ids",
            "options",
            "line_ids",
            "failed_line_ids",
            "started_on",
            "worked_on",
            "ended_on",
        }

    @api.depends("line_ids.state")
    def _compute_counts(self):
        counts = {
            (run.id, state): count
            for run, state, count in self.env["billing.run.line"]._read_group(
                [("run_id", "in", self.ids)], ["run_id", "state"], ["__count"]
            )
        }
        for run in self:
            own = {
                state: counts.get((run.id, state), 0)
                for state in ("queued", "done", "skipped", "failed", "cancelled")
            }
            run.total_count = sum(own.values())
            run.done_count = own["done"] + own["skipped"]
            run.failed_count = own["failed"]
            worked = run.done_count + run.failed_count
            run.progress = 100.0 * worked / run.total_count if run.total_count else 0.0

    def _compute_download_count(self):
        counts = dict(
            # sudo: how many files there are of runs that the user reads
            self.env["ir.attachment"]
            .sudo()
            ._read_group(self._get_download_domain(), ["res_id"], ["__count"])
        )
        for run in self:
            run.download_count = counts.get(run.id, 0)

    def _get_download_domain(self):
        return [("res_model", "=", self._name), ("res_id", "in", self.ids)]

    @api.depends("kind", "create_date")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for run in self:
            run.display_name = self.env._(
                "%(kind)s (%(count)s)",
                kind=kinds.get(run.kind, ""),
                count=run.total_count,
            )

    # --------------------------------------------------------------- actions

    def action_cancel(self):
        """Stop after the chunk that is being worked on; what is done stays done."""
        self._check_starter()
        runs = self.filtered(lambda run: run.state in AT_WORK)
        if not runs:
            raise UserError(self.env._("This run is over: there is nothing to cancel."))
        runs._record({"state": "cancelled", "ended_on": fields.Datetime.now()})
        # Those of the chunk that is being worked on are locked, and left to it.
        waiting = runs.line_ids.filtered(lambda line: line.state == "queued")
        # sudo: rows follow the run
        waiting = waiting.sudo().try_lock_for_update(allow_referencing=True)
        waiting._record({"state": "cancelled"})
        runs._tell_progress()
        return True

    def action_resume(self):
        """Go on with what was cancelled, and try what failed again."""
        self._check_starter()
        runs = self.filtered(lambda run: run.state not in AT_WORK)
        # sudo: rows follow the run
        lines = runs.line_ids.sudo().filtered(
            lambda line: line.state in ("cancelled", "failed", "queued")
        )
        if not lines:
            raise UserError(self.env._("There is nothing left to do in this run."))
        lines._record({"state": "queued", "message": False})
        lines.run_id._record({"state": "queued", "ended_on": False})
        lines.run_id._queue()
        return True

    def action_view_results(self):
        """Open the invoices of this run, or what a proof found."""
        self.check_access("read")
        ensure_one(self)
        if self.kind == "prove":
            return self._view_proof()
        if self.kind == "generate":
            ids = [id_ for line in self.line_ids for id_ in line.result_ids or []]
        else:
            ids = self.line_ids.mapped("res_id")
        if not ids:
            raise UserError(self.env._("This run has made no invoice yet."))
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "invoicing_cycle.account_move_action_to_send"
        )
        return {
            **action,
            "name": self.display_name,
            "display_name": self.display_name,
            "domain": [("id", "in", ids)],
            "context": {"create": False},
        }

    def action_download(self):
        """Download what a run has printed."""
        self.check_access("read")
        ensure_one(self)
        # sudo: the files of a run that the user reads
        files = self.env["ir.attachment"].sudo().search(self._get_download_domain())
        if not files:
            raise UserError(self.env._("This run has printed nothing yet."))
        if len(files) > 1:
            return {
                "type": "ir.actions.act_window",
                "name": self.display_name,
                "res_model": files._name,
                "view_mode": "kanban",
                "views": [(False, "kanban")],
                "domain": [("id", "in", files.ids)],
                "context": {"create": False},
            }
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{files.id}?download=true",
            "target": "download",
        }

    def _check_starter(self):
        """Raise unless the user started these, or administers the system."""
        self.check_access("read")
        user = self.env.user
        others = self.filtered(lambda run: run.user_id != user)
        if others and not user.has_group("base.group_system"):
            raise UserError(
                self.env._(
                    "%(run)s was started by %(user)s: only that person may stop or "
                    "resume it.",
                    run=others[0].display_name,
                    user=others[0].user_id.name,
                )
            )

    # -------------------------------------------------------------- progress

    def _get_progress(self):
        """What the screen shows of each of these, as plain values.

        :return: list of dict: ``id``, ``label``, ``kind``, ``state``, ``total``,
            ``done``, ``failed``
        """
        return [
            {
                "id": run.id,
                "label": dict(self._fields["kind"]._description_selection(self.env))[
                    run.kind
                ],
                "kind": run.kind,
                "state": run.state,
                "total": run.total_count,
                "done": run.done_count,
                "failed": run.failed_count,
            }
            for run in self
        ]

    def _tell_progress(self):
        """Send it to the windows of who started them."""
        self.invalidate_recordset(["total_count", "done_count", "failed_count"])
        for run in self:
            [progress] = run._get_progress()
            # sudo: a message to the starter's own windows
            run.sudo().user_id._bus_send("billing.run", progress)

    @api.model
    def _get_own_progress(self):
        """Of the runs that the user waits for."""
        return self.search(
            [("user_id", "=", self.env.uid), ("state", "in", AT_WORK)], order="id"
        )._get_progress()

    @api.autovacuum
    def _gc_ended_runs(self):
        """Delete what ended long ago: what it did is told by its documents."""
        runs = self.search([("ended_on", "<", fields.Datetime.now() - KEPT)])
        # By the ORM, which deletes their files.
        runs.line_ids.unlink()
        runs.unlink()
