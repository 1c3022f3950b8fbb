import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAllTexts} from "@odoo/hoot-dom";
import {contains, mockService, mountView, onRpc} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";

describe.current.tags("desktop");
defineInvoicingCycleModels();

let overview = {};

beforeEach(() => {
    overview = makeOverview();
    onRpc("has_group", () => true);
    onRpc("project.billing.period", "get_cycle_overview", ({args}) => {
        expect.step(`overview ${args[0]}`);
        return overview;
    });
    onRpc("project.billing.period", "get_cycle_action", ({args}) => {
        if (args[1]) {
            expect.step(`action ${args.join(" ")}`);
        }
    });
});

async function mountSection() {
    await mountView({
        type: "list",
        resModel: "project.billing.period",
        context: {billing_cycle_section: "to_invoice"},
    });
    await animationFrame();
}

describe("progress", () => {
    const step = (key) => `.o_billing_cycle_progress [data-step=${key}]`;

    function progressWith(amounts, changes = {}) {
        const keys = ["pending", "ready", "created", "sent"];
        overview = makeOverview({
            progress: {
                currency_id: 1,
                steps: keys.map((key, index) => ({
                    key,
                    count: index + 1,
                    amount: amounts && amounts[index],
                })),
                done: 40,
                done_amount: amounts ? 25 : null,
            },
            ...changes,
        });
    }

    test("by money, what is sent first", async () => {
        progressWith([100, 200, 50, 50]);
        await mountSection();
        expect(".o_billing_cycle_progress").toHaveText("25 % sent");
        expect(step("sent")).toHaveStyle({width: "12.5%"}, {inline: true});
        expect(step("ready")).toHaveStyle({width: "50%"}, {inline: true});
        expect(step("ready")).toHaveAttribute("title", "Ready: 2, $\u00a0200");
        expect(".o_billing_cycle_progress .progress").toHaveAttribute(
            "aria-valuenow",
            "25"
        );
        expect.verifySteps(["overview false"]);
    });

    test("by number for who sees no money", async () => {
        progressWith(null);
        await mountSection();
        expect(".o_billing_cycle_progress").toHaveText("40 % sent");
        expect(step("sent")).toHaveStyle({width: "40%"}, {inline: true});
        expect(step("sent")).toHaveAttribute("title", "Sent: 4");
        expect.verifySteps(["overview false"]);
    });

    test("credit notes make nothing negative", async () => {
        progressWith([0, 100, -30, 100]);
        await mountSection();
        expect(step("created")).toHaveStyle({width: "0%"}, {inline: true});
        expect(step("sent")).toHaveStyle({width: "50%"}, {inline: true});
        expect.verifySteps(["overview false"]);
    });

    test("the last cycles lead to themselves", async () => {
        progressWith([0, 0, 0, 100], {
            trend: ["2026-10-01", "2026-11-01"].map((date_from, index) => ({
                date_from,
                label: date_from,
                amount: 100 * (index + 1),
                sent: 50,
            })),
        });
        await mountSection();
        expect(".o_billing_cycle_trend button").toHaveCount(2);
        expect(".o_billing_cycle_trend button:first").toHaveAttribute(
            "title",
            "2026-10-01: $\u00a0100 invoiced, $\u00a050 of it sent"
        );
        await contains(".o_billing_cycle_trend button:first").click();
        expect.verifySteps([
            "overview false",
            "action to_invoice 2026-10-01",
            "overview 2026-10-01",
        ]);
    });

    test("a cycle is chosen from the calendar", async () => {
        await mountSection();
        await contains(".o_billing_cycle_picker").click();
        expect(".o_datetime_picker").toHaveCount(1);
        await contains(".o_date_item_cell:contains(Mar)").click();
        expect.verifySteps([
            "overview false",
            "action to_invoice 2026-03-01",
            "overview 2026-03-01",
        ]);
    });

    test("what is left of earlier cycles is told once", async () => {
        overview = makeOverview(
            {},
            {to_invoice: {earlier: 1}, to_send: {earlier: 2}, sent: {earlier: 3}}
        );
        await mountSection();
        expect(queryAllTexts(".o_billing_cycle_section_earlier")).toEqual([
            "2 left of earlier cycles",
            "3 of earlier cycles",
        ]);
        expect.verifySteps(["overview false"]);
    });
});

describe("numbers", () => {
    test("money that waits, since when, and for whom", async () => {
        mockService("action", {doAction: (action) => expect.step(action)});
        onRpc("project.billing.period", "get_cycle_numbers", () => ({
            ready: {
                count: 2,
                amounts: [{currency_id: 1, amount: 1200.4}],
                oldest: "2026-10-16",
                oldest_days: 30,
            },
            to_send: {count: 1, amounts: [], oldest: "2026-11-14", oldest_days: 1},
            blocks_most: {kind: "lock", name: "Ada Late", periods: 5},
        }));
        await mountSection();
        await animationFrame();
        expect("[data-number=ready]").toHaveText(
            "Ready, not created: $ 1,200 · oldest 30 days"
        );
        expect("[data-number=to_send]").toHaveText(
            "Created, not sent: 1 · oldest 1 day"
        );
        await contains(".o_billing_cycle_blocker:contains(Ada Late)").click();
        expect.verifySteps([
            "overview false",
            "invoicing_cycle.project_billing_debt_action",
        ]);
    });

    test("nothing is said of nothing", async () => {
        await mountSection();
        await animationFrame();
        expect(".o_billing_cycle_numbers").toHaveCount(0);
        expect.verifySteps(["overview false"]);
    });
});
