import os
from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from .pure import repeatable

#: More of both for a long run, and other ones each time with BILLING_RANDOM_SEED=1.
EXAMPLES = int(os.environ.get("BILLING_RANDOM_EXAMPLES", "12"))
STEPS = int(os.environ.get("BILLING_RANDOM_STEPS", "20"))
#: A file that is told how often each step was done, refused, or had nothing to do.
OUTCOMES = os.environ.get("BILLING_RANDOM_OUTCOMES")


class RandomMixin:
    """Runs a ``machine`` (``BillingMachine``) on what the class has set up."""

    machine = None

    @classmethod
    def _begin_things(cls, invoice):
        """Begin what steps go on with: else many of them would find nothing to do.

        :param invoice: a posted one
        """
        late = cls._log_time(cls.projects[0], date(2026, 1, 20), 1.0)
        waiting = (
            cls.projects[:2]
            .timesheet_ids.sudo()
            .filtered(
                lambda entry: not entry.invoice_line_id and entry.billing_hold == "bill"
            )
        )
        held, written_off = (waiting - late).sorted("id")[:2]
        held.billing_hold = "hold"
        written_off._split_off(0.1, {"billing_hold": "write_off"})
        cls._period(cls.projects[1], date(2026, 2, 5)).action_skip("Agreed")
        invoice._reverse_moves()
        cls.env.flush_all()

    def _run_machine(self):
        machine = type(
            "Machine",
            (self.machine,),
            {
                "case": self,
                "counts_writes": bool(OUTCOMES),
                "outcomes": Counter(),
            },
        )
        # Shrinking a failure would take minutes: the steps are printed as they are.
        phases = [Phase.generate]
        if "BILLING_RANDOM_SHRINK" in os.environ:
            phases.append(Phase.shrink)
        try:
            run_state_machine_as_test(
                machine,
                settings=settings(
                    repeatable,
                    max_examples=EXAMPLES,
                    stateful_step_count=STEPS,
                    phases=phases,
                    derandomize="BILLING_RANDOM_SEED" not in os.environ,
                ),
            )
        finally:
            if OUTCOMES:
                self._write_outcomes(machine.outcomes)

    def _write_outcomes(self, outcomes):
        lines = [f"{'':30}{'done':>8}{'refused':>8}{'idle':>8}"]
        for name in sorted({name for name, _outcome in outcomes}):
            counts = [outcomes[name, key] for key in ("done", "refused", "idle")]
            lines.append(f"{name:30}" + "".join(f"{count:8}" for count in counts))
        Path(OUTCOMES).write_text("\n".join(lines) + "\n")
