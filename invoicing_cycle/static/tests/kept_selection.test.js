import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAll} from "@odoo/hoot-dom";
import {contains, mountView, onRpc} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

const box = (row) => `.o_data_row:eq(${row}) .o_list_record_selector input`;
const getTicked = () =>
    queryAll(".o_data_row .o_list_record_selector input").map((input) => input.checked);

beforeEach(() => {
    onRpc("has_group", () => true);
    onRpc("project.billing.period", "get_cycle_overview", () => makeOverview());
    onRpc("action_generate_invoices", () => false);
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
}

test("rows that are acted on stay ticked", async () => {
    await mountSection();
    await contains(box(0)).click();
    await contains(box(2)).click();
    await contains(".o_data_row:eq(1) button[name=action_generate_invoices]").click();
    await animationFrame();
    expect(getTicked()).toEqual([true, false, true]);
});

test("another search begins without", async () => {
    await mountSection();
    await contains(box(1)).click();
    await contains(".o_billing_cycle_badge[data-filter=ready]").click();
    await animationFrame();
    expect(getTicked()).toEqual([false, false]);
});

test("what was just created is ticked, once", async () => {
    await mountSection({billing_ticked: true});
    expect(getTicked()).toEqual([true, true, true]);
    await contains(".o_list_unselect_all, .o_unselect_all").click();
    await contains(".o_data_row:eq(1) button[name=action_generate_invoices]").click();
    await animationFrame();
    expect(getTicked()).toEqual([false, false, false]);
});
