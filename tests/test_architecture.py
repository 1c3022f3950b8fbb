"""The folders show the flow, and nothing but the order of the packages decides."""

import ast
import runpy
from collections import defaultdict
from pathlib import Path

from odoo.tests import tagged

from .common.pure import PureCase

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "invoicing_cycle"
MODELS = MODULE / "models"
DOCUMENT = ROOT / "docs" / "architecture.md"
#: In the order of the data flow: each uses what stands before it.
PACKAGES = (
    "common",
    "rights",
    "schedule",
    "entries",
    "lock",
    "rates",
    "approval",
    "readiness",
    "billing",
    "ledger",
    "draft",
    "send",
    "runs",
    "autopilot",
    "screen",
    "realization",
    "reporting",
    "proof",
    "api",
)
LONGEST = 400
#: What several files of the add-on may answer for one model. Each calls the others by
#: ``super()`` and only adds to what they say, so that their order means nothing.
HOOKS = {
    # Kinds of what is billed: see models/billing/kinds/.
    "project.billing.period": {
        "_check_droppable",
        "_compute_readiness",
        "_compute_live",
        "_compute_totals",
        "_get_counted_lines",
        "_get_counters",
        "_get_billable_sources",
        "_get_waiting_sources",
        "_prepare_items_beside_time",
        "_get_billed_quantities",
        "_get_documents",
        "_get_line_text",
        "_get_readiness_details",
        "_get_sql_fields",
        "_holding_sql",
        "_holds_amount_sql",
        "_is_billed_completely",
        "_link_pairs",
        "_prepare_line",
        "_prepare_lines",
    },
    "account.move.line": {
        "_check_claimed_once",
        "_check_covered",
        "_free_claims",
        "_get_claimed_periods",
        "_has_claims",
        "_link_stock_claims",
        "_settle_claims",
        "_take_over_claims",
    },
    "project.project": {
        "_get_homeless_time",
        "_get_waiting_records",
    },
    "sale.order.line": {"_get_cycle_item_conditions"},
    # What a draft is out of date by.
    "account.move": {
        "_format_arrived_items",
        "_get_arrived_items",
        "_get_outdated_reasons",
        # What is forgotten when a document is taken back, and who records it.
        "_follow_reset",
        "_get_recorded_fields",
    },
    # What the autopilot does beside what every run does.
    "billing.run": {"_keep_outcomes", "_tell_ended", "_work_on"},
    # What the proof compares.
    "billing.proof": {
        "_get_checks",
        "_get_line_checks",
    },
}
#: What packages before them call of these: the steps of the one ``create``, ``write``
#: and so on of a record, and what follows when time, a lock or a period changes.
STEPS = {
    "rates": {"_keeping_items", "_take_item_of_day"},
    "entries": {
        "_all_rows_sql",
        "_get_unbilled_time_domain",
        "_sweep",
        "_touch",
    },
    "approval": {
        "_approval_given_sql",
        "_flow_sql",
        "_format_entries",
        "_get_given_reason",
        "_invalidate_approval_state",
        "_log",
        "_query_sql",
    },
    "readiness": {
        "_close_reminders",
        "_count_work_days",
        "_get_with_next",
        "_refresh_last_work_day",
        "_remind",
        "_require_people_at",
        "_sync_required",
        "_sync_required_at",
    },
    "billing": {
        "_choose_share",
        "_convert_time",
        "_filtered_entered",
        "_find_expenses_anew",
        "_fixed_amount_left_sql",
        "_get_expense_fields",
        "_get_retainer_fields",
        "_get_rounding_step",
        "_get_untaxed_amount",
        "_homeless_expense_sql",
        "_homeless_milestone_sql",
        "_is_waiting_for_posting",
        "_round_time_anew",
        "_share_anew",
        "_take_retainer",
        "_due_time_sql",
        "_timesheet_compute_delivered_quantity_domain",
    },
    "ledger": {
        "_check_new_links",
        "_get_billed_rows",
        "_get_signed_made",
        "_has_live_lines_sql",
        "_is_credit_to_come",
        "_is_taken_back",
        "_refuse_items_on_ledger",
    },
    "draft": {
        "_ask_to_confirm",
        "_filtered_outdated",
        "_forget_outdated",
        "_get_made_unit",
        "_get_made_with_again",
        "_get_reasons_of_outdated",
        "_log_outdated",
        "_log_write_ups",
        "_raise_limits",
        "_remembering",
    },
    "send": {
        "_check_sender",
        "_follow_einvoice_states",
    },
    "runs": {"_start_run_where_big"},
    "autopilot": {
        "_check_autopilot_rights",
        "_check_new_autopilot",
        "_wake_autopilot",
    },
    "proof": {"_view_proof"},
}
#: What the glue add-ons beside this one extend of it: seams, declared as such.
GLUE = {
    "invoicing_cycle_queue": {
        ("billing.run", "_leave_to_others"),
        ("billing.run", "_queue"),
    }
}
#: What Odoo keeps for itself, and the files that still lean on it.
INTERNALS = {
    "_determine_fields_to_fetch": {"rights/confidential"},
    "_export_rows": {"rights/confidential"},
    "_fetch_field": {"rights/confidential"},
    "_has_field_access": {"entries/costs", "rights/confidential"},
}


def get_files():
    """
    :return: dict, path below models/ without its ending to syntax tree
    """
    return {
        path.relative_to(MODELS).with_suffix("").as_posix(): ast.parse(path.read_text())
        for path in sorted(MODELS.rglob("*.py"))
    }


def get_model(node):
    """The name of the model that a class defines or extends, if it does."""
    names = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            try:
                value = ast.literal_eval(statement.value)
            except ValueError:
                continue
            names[statement.targets[0].id] = value
    inherit = names.get("_inherit")
    return names.get("_name") or (inherit if isinstance(inherit, str) else None)


def get_fields(tree):
    """
    :return: list of (model, name) of the fields that a file defines
    """
    return [
        (model, statement.targets[0].id)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and (model := get_model(node))
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Call)
        and ast.unparse(statement.value.func).startswith("fields.")
    ]


def get_methods(tree):
    """
    :return: list of (model, name) of the methods that a file defines
    """
    return [
        (model, statement.name)
        for node in tree.body
        if isinstance(node, ast.ClassDef) and (model := get_model(node))
        for statement in node.body
        if isinstance(statement, ast.FunctionDef)
    ]


@tagged("post_install", "-at_install")
class TestArchitecture(PureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.files = get_files()

    def test_every_package_is_known(self):
        found = {
            path.name for path in MODELS.iterdir() if (path / "__init__.py").exists()
        }
        self.assertEqual(found, set(PACKAGES))
        loaded = [
            alias.name
            for node in self.files["__init__"].body
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        ]
        self.assertEqual(loaded, list(PACKAGES))

    def test_every_file_is_loaded(self):
        for name, tree in self.files.items():
            folder, _, file = name.rpartition("/")
            if file != "__init__" or not folder:
                continue
            loaded = [
                alias.name
                for node in tree.body
                if isinstance(node, ast.ImportFrom)
                for alias in node.names
            ]
            there = {
                path.stem
                for path in (MODELS / folder).iterdir()
                if path.suffix == ".py"
                and path.stem != "__init__"
                and get_methods(self.files[f"{folder}/{path.stem}"])
            }
            with self.subTest(package=folder):
                self.assertTrue(ast.get_docstring(tree), "what does it decide?")
                self.assertLessEqual(there, set(loaded))

    def test_every_file_is_in_the_document(self):
        told, package = set(), None
        chapter = DOCUMENT.read_text().split("\n## Packages\n")[1].split("\n## ")[0]
        for line in chapter.splitlines():
            if line.startswith("### `"):
                package = line.split("`")[1].rstrip("/")
            elif line.startswith("| `"):
                told.add(f"{package}/{line.split('`')[1].removesuffix('.py')}")
        there = {name for name in self.files if not name.endswith("__init__")}
        self.assertEqual(told, there)

    def test_picture_is_true(self):
        """Else: ``python3 scripts/draw_packages.py``."""
        script = runpy.run_path(str(MODULE.parent / "scripts" / "draw_packages.py"))
        document = (MODULE.parent / "docs" / "architecture.md").read_text()
        self.assertEqual(script["PICTURE"].findall(document), [script["draw"]()])

    def test_packages_use_those_before_them(self):
        for name, tree in self.files.items():
            package, *below = name.split("/")
            if not below:
                continue
            for node in ast.walk(tree):
                if not isinstance(node, ast.ImportFrom) or not node.level:
                    continue
                ups = node.level - len(below)
                if ups != 1:
                    # Of its own package, or of tools/.
                    continue
                used = node.module.split(".")[0]
                with self.subTest(file=name, uses=node.module):
                    self.assertLessEqual(PACKAGES.index(used), PACKAGES.index(package))

    def test_what_is_called_before_it_stands_is_declared(self):
        places, calls = defaultdict(set), defaultdict(set)
        for name, tree in self.files.items():
            package = name.partition("/")[0]
            for node in ast.walk(tree):
                if isinstance(node, ast.FunctionDef) and node.name.startswith("_"):
                    places[node.name].add(package)
                elif isinstance(node, ast.Attribute):
                    calls[node.attr].add(package)
        early = defaultdict(set)
        for method, packages in places.items():
            if len(packages) == 1:
                [home] = packages
                for package in calls[method] - {home}:
                    if PACKAGES.index(package) < PACKAGES.index(home):
                        early[home].add(method)
        self.assertEqual(dict(early), STEPS)

    def test_one_place_for_each_method(self):
        places = defaultdict(list)
        for name, tree in self.files.items():
            for model, method in get_methods(tree):
                places[model, method].append(name)
        for (model, method), files in places.items():
            if method not in HOOKS.get(model, ()):
                with self.subTest(model=model, method=method):
                    self.assertEqual(len(files), 1, files)
        for model, methods in HOOKS.items():
            for method in methods:
                with self.subTest(hook=method):
                    self.assertGreater(len(places[model, method]), 1)

    def test_glue_extends_seams_alone(self):
        own = {key for tree in self.files.values() for key in get_methods(tree)}
        found = {}
        for manifest in ROOT.glob("*/__manifest__.py"):
            if manifest.parent == MODULE:
                continue
            extended = set()
            for path in manifest.parent.rglob("*.py"):
                text = path.read_text()
                self.assertLessEqual(len(text.splitlines()), LONGEST, path)
                extended.update(own & set(get_methods(ast.parse(text))))
            found[manifest.parent.name] = extended
        self.assertEqual(found, GLUE)

    def test_one_place_for_each_field(self):
        places = defaultdict(list)
        for name, tree in self.files.items():
            for key in get_fields(tree):
                places[key].append(name)
        for (model, field), files in places.items():
            with self.subTest(model=model, field=field):
                self.assertEqual(len(files), 1, files)

    def test_no_name_twice_in_a_file(self):
        for name, tree in self.files.items():
            names = [
                target.id
                for node in tree.body
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            ]
            with self.subTest(file=name):
                self.assertEqual(len(names), len(set(names)))

    def test_no_method_twice_in_a_class(self):
        for name, tree in self.files.items():
            for node in tree.body:
                if isinstance(node, ast.ClassDef):
                    methods = [
                        statement.name
                        for statement in node.body
                        if isinstance(statement, ast.FunctionDef)
                    ]
                    with self.subTest(file=name, name=node.name):
                        self.assertEqual(len(methods), len(set(methods)))

    def test_nothing_leans_on_what_odoo_keeps_for_itself(self):
        found = defaultdict(set)
        for name, tree in self.files.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Attribute) and node.attr in INTERNALS:
                    found[node.attr].add(name)
                if isinstance(node, ast.FunctionDef) and node.name in INTERNALS:
                    found[node.name].add(name)
        self.assertEqual(dict(found), INTERNALS)

    def test_files_are_short(self):
        for path in sorted(MODULE.rglob("*.py")):
            with self.subTest(file=path.relative_to(MODULE)):
                self.assertLessEqual(len(path.read_text().splitlines()), LONGEST)
