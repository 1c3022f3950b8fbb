import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAllTexts} from "@odoo/hoot-dom";
import {
    contains,
    fields,
    defineModels,
    models,
    MockServer,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";

class BillingRun extends models.Model {
    _name = "billing.run";
    state = fields.Char();
    done_count = fields.Integer();
    _records = [
        {id: 7, state: "queued", done_count: 0},
        {id: 8, state: "queued", done_count: 0},
    ];
}

defineInvoicingCycleModels();
defineModels([BillingRun]);

const progress = (changes = {}) => ({
    id: 7,
    label: "Create invoices",
    kind: "generate",
    state: "running",
    total: 1200,
    done: 250,
    failed: 2,
    ...changes,
});

const listeners = new Set();

/** As the server does it while it works. */
async function tell(changes) {
    for (const listener of listeners) {
        listener(progress(changes));
    }
    await animationFrame();
}

beforeEach(() => {
    onRpc("has_group", () => true);
    listeners.clear();
    mockService("bus_service", {
        subscribe: (type, listener) =>
            type === "billing.run" && listeners.add(listener),
        unsubscribe: (type, listener) => listeners.delete(listener),
    });
});

describe("bar in the header", () => {
    let runs = [];

    beforeEach(async () => {
        runs = [progress()];
        onRpc("project.billing.period", "get_cycle_overview", () => {
            expect.step("overview");
            return makeOverview({runs});
        });
        onRpc("project.billing.period", "web_search_read", () => {
            expect.step("rows");
        });
        await mountView({
            type: "list",
            resModel: "project.billing.period",
            context: {billing_cycle_section: "to_invoice"},
        });
        await animationFrame();
        expect.verifySteps(["overview", "rows"]);
    });

    test("tells how far a run is and what failed", async () => {
        expect(".o_billing_cycle_run button").toHaveText(
            "Create invoices: 252 of 1,200"
        );
        expect(".o_billing_cycle_run [role=progressbar]").toHaveAttribute(
            "aria-valuenow",
            "21"
        );
        expect(".o_billing_cycle_run .text-danger").toHaveText("2 failed");
    });

    test("moves as the server tells it, and asks for nothing", async () => {
        await tell({done: 598, failed: 2});
        expect(".o_billing_cycle_run button").toHaveText(
            "Create invoices: 600 of 1,200"
        );
        expect.verifySteps([]);
    });

    test("a run that was just started stands beside the others", async () => {
        await tell({id: 9, label: "Confirm invoices", done: 0, failed: 0, total: 300});
        expect(queryAllTexts(".o_billing_cycle_run button")).toEqual([
            "Create invoices: 252 of 1,200",
            "Confirm invoices: 0 of 300",
        ]);
    });

    test("is gone when the run is over, and the rows are read anew", async () => {
        runs = [];
        await tell({state: "done", done: 1198});
        expect(".o_billing_cycle_run").toHaveCount(0);
        expect.verifySteps(["rows", "overview"]);
    });

    test("opens the run", async () => {
        mockService("action", {
            doAction: (action) => expect.step([action.res_model, action.res_id]),
        });
        await contains(".o_billing_cycle_run button").click();
        expect.verifySteps([["billing.run", 7]]);
    });
});

const FORM = `
    <form js_class="billing_run_form" edit="0">
        <field name="state"/>
        <field name="done_count"/>
    </form>`;

test("a form that is told of its run while it reads it reads it again", async () => {
    let reads = 0;
    onRpc("billing.run", "web_read", () => {
        reads += 1;
        if (reads === 1) {
            tell();
        }
    });
    await mountView({type: "form", resModel: "billing.run", resId: 7, arch: FORM});
    await animationFrame();
    expect(reads).toBe(2);
    expect("[name=state]").toHaveText("queued");
});

describe("form of a run", () => {
    beforeEach(async () => {
        onRpc("billing.run", "web_read", ({args}) => {
            expect.step(`read ${args[0]}`);
        });
        await mountView({
            type: "form",
            resModel: "billing.run",
            resId: 7,
            arch: FORM,
        });
        expect.verifySteps(["read 7"]);
    });

    test("renews itself, by its own run alone", async () => {
        MockServer.env["billing.run"].write([7], {done_count: 250});
        await tell();
        expect("[name=done_count]").toHaveText("250");
        expect.verifySteps(["read 7"]);
        await tell({id: 8});
        expect.verifySteps([]);
    });
});
