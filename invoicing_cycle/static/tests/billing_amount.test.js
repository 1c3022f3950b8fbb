import {expect, test} from "@odoo/hoot";
import {queryAllTexts} from "@odoo/hoot-dom";
import {mountView, onRpc} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels} from "./invoicing_cycle_test_helpers";

defineInvoicingCycleModels();

test("an amount that can be rounded says so", async () => {
    onRpc("has_group", () => true);
    await mountView({
        type: "list",
        resModel: "project.billing.period",
        arch: `<list>
            <field name="project_id"/>
            <field name="amount_to_invoice" widget="billing_amount"/>
        </list>`,
    });
    // The field that it depends on is read along, and is no column.
    expect(queryAllTexts("th[data-name]")).toHaveLength(2);
    expect(queryAllTexts(".o_field_billing_amount")).toEqual([
        "≈ 1,234.50",
        "99.00",
        "0.00",
    ]);
});
