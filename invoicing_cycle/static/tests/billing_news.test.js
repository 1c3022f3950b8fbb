import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {advanceTime, animationFrame, queryOne} from "@odoo/hoot-dom";
import {
    MockServer,
    contains,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

const listeners = new Set();

beforeEach(() => {
    listeners.clear();
    mockService("bus_service", {
        subscribe: (type, listener) =>
            type === "billing.cycle" && listeners.add(listener),
        unsubscribe: (type, listener) => listeners.delete(listener),
    });
    onRpc("has_group", () => true);
    onRpc("project.billing.period", "get_cycle_overview", () => {
        expect.step("overview");
        return makeOverview();
    });
    onRpc("web_search_read", () => {
        expect.step("rows");
    });
});

async function mountSection(context = {}) {
    await mountView({
        type: "list",
        resModel: "project.billing.period",
        context: {
            billing_cycle_section: "to_invoice",
            billing_cycle_date: false,
            ...context,
        },
    });
    await animationFrame();
    expect.verifySteps(["overview", "rows"], {ignoreOrder: true});
}

/** Somebody changes a row, and the server says that something has changed. */
function change(values = {}) {
    MockServer.env["project.billing.period"].write([1], values);
    for (const listener of listeners) {
        listener({});
    }
}

async function wait() {
    await advanceTime(3500);
    await animationFrame();
}

test("rows and counts follow what somebody else has done", async () => {
    await mountSection();
    change({state: "ready"});
    await wait();
    expect.verifySteps(["rows", "overview"]);
    expect(".o_data_row:first [name=state]").toHaveText("Ready for invoicing");
});

test("many changes in a row are followed at once", async () => {
    await mountSection();
    for (let number = 0; number < 5; number++) {
        change();
    }
    await wait();
    expect.verifySteps(["rows", "overview"]);
    await wait();
    expect.verifySteps([]);
});

test("a run that tells something all the time renews it now and then", async () => {
    await mountSection();
    change();
    await wait();
    expect.verifySteps(["rows", "overview"]);
    change();
    await wait();
    expect.verifySteps([]);
    await advanceTime(15000);
    await animationFrame();
    expect.verifySteps(["rows", "overview"]);
});

test("what is ticked stays ticked", async () => {
    await mountSection();
    await contains(".o_data_row:eq(1) .o_list_record_selector input").click();
    change();
    await wait();
    expect.verifySteps(["rows", "overview"]);
    expect(".o_data_row .o_list_record_selector input:checked").toHaveCount(1);
    expect(queryOne(".o_data_row:eq(1) .o_list_record_selector input").checked).toBe(
        true
    );
});

test("a list outside of the cycle does not listen", async () => {
    await mountView({type: "list", resModel: "project.billing.period"});
    expect.verifySteps(["rows"]);
    change();
    await wait();
    expect.verifySteps([]);
});
