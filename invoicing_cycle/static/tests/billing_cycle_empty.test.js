import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAllTexts} from "@odoo/hoot-dom";
import {contains, mockService, mountView, onRpc} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";
import {ProjectBillingPeriod} from "./mock_server/project_billing_period";

describe.current.tags("desktop");
defineInvoicingCycleModels();

const empty = ".o_view_nocontent .o_billing_cycle_empty";
const noRows = {
    missing: {count: 0},
    to_invoice: {count: 0, pending: 0, ready: 0, overdue: 0},
    to_send: {count: 0, draft: 0, confirmed: 0},
};

let overview = {};

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("project.billing.period", "get_cycle_overview", () => overview);
    onRpc("project.billing.period", "get_outside_action", ({args}) => {
        expect.step(args.join(" "));
        return {type: "ir.actions.act_window_close"};
    });
    onRpc("project.billing.period", "get_cycle_action", ({args}) => {
        expect.step(args.join(" "));
        return {type: "ir.actions.act_window_close"};
    });
    mockService("action", {doAction: () => {}});
});

async function mountEmpty(section, type = "list") {
    ProjectBillingPeriod._records = [];
    await mountView({
        type,
        resModel: "project.billing.period",
        context: {billing_cycle_section: section, billing_cycle_date: false},
    });
    await animationFrame();
}

test("a clear cycle says so, and what is outside of it", async () => {
    overview = makeOverview(
        {
            clear: true,
            outside: {
                unscheduled_projects: 2,
                unscheduled_hours: 12.5,
                held_hours: 3,
                skipped: 1,
                unmapped_expenses: 5,
                unmapped_expense_orders: ["S01", "S02", "S03", "S04"],
            },
        },
        noRows
    );
    await mountEmpty("to_invoice");
    expect(`${empty} > p:first`).toHaveText("November 2026 is clear");
    expect(`${empty} .fa-check`).toHaveCount(1);
    expect(queryAllTexts(`${empty} li`)).toEqual([
        "2 projects without a schedule (12:30 h)",
        "3 h held back",
        "1 skipped period",
        "5 re-invoiced expenses without a project (S01, S02, S03, …)",
    ]);
    await contains(`${empty} li button`).click();
    expect.verifySteps(["missing false"]);
});

test("the kanban says it too", async () => {
    overview = makeOverview({clear: true}, noRows);
    await mountEmpty("to_invoice", "kanban");
    expect(`${empty} > p:first`).toHaveText("November 2026 is clear");
});

test("all created but not all sent: it says what is left and leads there", async () => {
    overview = makeOverview({}, {...noRows, to_send: {count: 4}});
    await mountEmpty("to_invoice");
    expect(`${empty} > p:first`).toHaveText(
        "Nothing left to be invoiced in November 2026"
    );
    expect(`${empty} .btn-primary`).toHaveText("Invoices ready to be sent4");
    await contains(`${empty} .btn-primary`).click();
    expect.verifySteps(["to_send false"]);
});

test("rows hidden by the search are not called clear", async () => {
    overview = makeOverview();
    await mountEmpty("to_invoice");
    expect(`${empty} > p:first`).toHaveText("Nothing matches the search");
    expect(`${empty} .o_billing_cycle_clear_search`).toHaveCount(1);
});

test("every section has its own words", async () => {
    overview = makeOverview({}, noRows);
    await mountEmpty("missing");
    expect(`${empty} > p:first`).toHaveText("No data is missing");
    expect(`${empty} li`).toHaveCount(0);
});

test("an expense that no project takes is missing data without a row", async () => {
    const outside = {
        unscheduled_projects: 0,
        unscheduled_hours: 0,
        held_hours: 3,
        skipped: 0,
        unmapped_expenses: 1,
        unmapped_expense_orders: ["S01"],
    };
    overview = makeOverview({outside}, noRows);
    await mountEmpty("missing");
    expect(queryAllTexts(`${empty} li`)).toEqual([
        "1 re-invoiced expense without a project (S01)",
    ]);
});

test("what was sold beside the schedules has its amount, and a way there", async () => {
    const outside = {
        unplaced_hours: 1.5,
        can_open_time: false,
        sold: [
            {currency_id: 1, amount: 6500},
            {currency_id: 2, amount: 20},
        ],
        sold_orders: ["S01", "S02"],
        can_open_orders: true,
    };
    overview = makeOverview({clear: true, outside}, noRows);
    await mountEmpty("to_invoice");
    expect(queryAllTexts(`${empty} li`)).toEqual([
        "1:30 h dated outside of all periods",
        "$ 6,500.00 + 20.00 € sold beside the schedules (S01, S02)",
    ]);
    expect(`${empty} li button`).toHaveCount(1);
    await contains(`${empty} li button`).click();
    expect.verifySteps(["sold"]);
});
