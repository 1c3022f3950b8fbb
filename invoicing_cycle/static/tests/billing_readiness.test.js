import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {
    advanceTime,
    animationFrame,
    hover,
    leave,
    pointerDown,
    press,
    queryAllTexts,
    queryOne,
} from "@odoo/hoot-dom";
import {runAllTimers} from "@odoo/hoot-mock";
import {formatLockedUntil} from "@invoicing_cycle/components/billing_locked_until/locked_until";
import {summarize} from "@invoicing_cycle/components/billing_readiness/readiness";
import {
    contains,
    makeMockEnv,
    mountView,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import {defineInvoicingCycleModels} from "./invoicing_cycle_test_helpers";
import {
    ProjectBillingPeriod,
    READINESS_APPROVED,
    READINESS_LOCKED,
    READINESS_MIXED,
} from "./mock_server/project_billing_period";

defineInvoicingCycleModels();

const indicator = (row) => `.o_data_row:nth-child(${row}) .o_billing_readiness`;
const breakdown = ".o_billing_readiness_popover";
const remind = `${breakdown} .o_billing_readiness_remind`;

async function mountList() {
    onRpc("has_group", () => true);
    await mountView({type: "list", resModel: "project.billing.period"});
}

describe("summary", () => {
    // Translations and formats of the user
    beforeEach(() => makeMockEnv());

    test("says what holds the row, days before hours", () => {
        const summary = summarize(READINESS_MIXED);
        expect(summary.status).toBe("open");
        expect(summary.text).toBe(
            "3 open days · 12 h pending · expenses pending · 2 h late"
        );
        expect(summary.segments.map(({key, size}) => [key, size])).toEqual([
            ["open", 8],
            ["pending", 12],
            ["ready", 20.5],
        ]);
    });

    test("says that more is due than the period bills", () => {
        const sold = [{id: 1, name: "Fee", order: "S01", amount: "$ 500.00"}];
        const summary = summarize({...READINESS_LOCKED, sold});
        expect(summary.text).toBe("40 h · more is due");
        expect(summary.hasExtra).toBe(true);
        expect(summarize({sold}).status).toBe("none");
    });

    test("says what lies above a cap or a retainer", () => {
        const above = {above_cap: {hours: 6}};
        expect(summarize({...READINESS_APPROVED, ...above}).text).toBe(
            "40 h · 6 h above cap"
        );
        expect(summarize({...READINESS_MIXED, ...above}).text).toMatch(
            /^3 open days .* 6 h above cap · 2 h late$/
        );
        const retainer = {text: "Included 20 h, used 26 h", above: 6};
        const summary = summarize({...READINESS_APPROVED, approved: [], retainer});
        expect(summary.status).toBe("ready");
        expect(summary.text).toBe("Retainer · 6 h above");
    });

    test("says whether one milestone was reached or several", () => {
        const [first, second] = [
            {id: 1, name: "Design"},
            {id: 2, name: "Build"},
        ];
        const reached = (milestones) =>
            summarize({...READINESS_APPROVED, approved: [], milestones}).text;
        expect(reached([first])).toBe("Milestone reached");
        expect(reached([first, second])).toBe("Milestones reached");
    });

    test("without approval locked time is called Locked", () => {
        expect(summarize(READINESS_APPROVED).text).toBe("Approved 40 h");
        expect(summarize(READINESS_LOCKED).text).toBe("Locked 40 h");
    });

    test("an open person without working days still holds the row", () => {
        const open = [
            {employee_id: 1, name: "A", locked_until: null, open_days: 0, hours: 0},
        ];
        expect(summarize({open}).status).toBe("open");
        expect(summarize({open}).text).toBe("1 person not locked");
        open[0].hours = 7.25;
        expect(summarize({open}).text).toBe("7:15 h open");
        open[0].open_days = 1;
        expect(summarize({open}).text).toBe("1 open day");
    });

    test("expenses alone decide where there is no time", () => {
        const waiting = summarize({expenses: {ready: 0, pending: 10}});
        expect(waiting.status).toBe("pending");
        expect(waiting.text).toBe("expenses pending");
        expect(waiting.segments.map(({key}) => key)).toEqual(["pending"]);
        const ready = summarize({expenses: {ready: 10, pending: 0}});
        expect(ready.status).toBe("ready");
        expect(ready.text).toBe("Expenses ready");
    });

    test("nothing at all is no state", () => {
        for (const nothing of [false, null, {}, {open: [], approved: []}]) {
            expect(summarize(nothing).status).toBe("none");
            expect(summarize(nothing).text).toBe("No time");
        }
    });

    test("held time is told where nothing else is", () => {
        const {held, status, text} = summarize({held: {hours: 1.5, written_off: 0.5}});
        expect(status).toBe("none");
        expect(text).toBe("1:30 h held");
        expect(held).toEqual({hours: 1.5, written_off: 0.5});
    });

    test("what is invoiced already is told, and is no state", () => {
        const {hasExtra, invoiced, status} = summarize({invoiced: 300});
        expect(status).toBe("none");
        expect(invoiced).toBe(300);
        expect(hasExtra).toBe(true);
    });

    test("corrections below zero do not break the bar", () => {
        const {segments, text} = summarize({
            approved: [{employee_id: 1, name: "A", hours: -3, automatic: false}],
        });
        expect(text).toBe("Locked -3 h");
        expect(segments[0].size).toBe(0);
    });

    test("locked until is a date or Never locked", () => {
        expect(formatLockedUntil(null)).toBe("Never locked");
        expect(formatLockedUntil("2026-10-31")).toBe("Locked until 10/31/2026");
    });
});

describe("indicator in the list", () => {
    describe.current.tags("desktop");

    test("differs by text, icon and fill, not by colour alone", async () => {
        await mountList();
        expect(queryAllTexts(".o_billing_readiness")).toEqual([
            "3 open days · 12 h pending · expenses pending · 2 h late",
            "Approved 40 h",
            "Locked 40 h",
        ]);
        expect(`${indicator(1)} .fa-unlock-alt`).toHaveCount(1);
        expect(`${indicator(2)} .fa-check-circle`).toHaveCount(1);
        expect(`${indicator(3)} .fa-lock`).toHaveCount(1);
        const fill = (key) =>
            getComputedStyle(queryOne(`${indicator(1)} .o_billing_readiness_${key}`))
                .backgroundImage;
        expect(fill("open")).toInclude("repeating-linear-gradient");
        expect(fill("pending")).toInclude("radial-gradient");
        expect(fill("ready")).toBe("none");
    });

    test("hover opens the breakdown with its headings", async () => {
        await mountList();
        await hover(indicator(1));
        expect(breakdown).toHaveCount(0, {message: "not for a pointer that passes by"});
        await advanceTime(300);
        expect(queryAllTexts(`${breakdown} h6 span:first-of-type`)).toEqual([
            "Open days during period",
            "Pending approval",
            "Approved",
        ]);
        expect(
            queryAllTexts(
                `${breakdown} [data-section=open] .o_billing_readiness_person`
            )
        ).toEqual([
            "Ada Late\nLocked until 10/31/2026\n2 open days\n8 h",
            "Nora Never\nNever locked\n1 open day",
        ]);
        expect(
            `${breakdown} [data-section=pending] .o_billing_readiness_person`
        ).toHaveText("Pia Waiting\nwaits for Max Manager\n12 h");
        expect(
            `${breakdown} [data-section=ready] .o_billing_readiness_person`
        ).toHaveText("Eva Done\n20:30 h");
        expect(queryAllTexts(`${breakdown} [data-section=extra] > div`)).toEqual([
            "Late time from earlier periods\n2 h",
            "Expenses ready\n100.00",
            "Expenses pending\n50.00",
        ]);
    });

    test("the pointer may move into the breakdown; leaving closes it", async () => {
        await mountList();
        await hover(indicator(1));
        await advanceTime(300);
        await hover(breakdown);
        await advanceTime(1000);
        expect(breakdown).toHaveCount(1);
        await leave();
        await advanceTime(300);
        expect(breakdown).toHaveCount(0);
    });

    test("without approval the heading is Locked", async () => {
        await mountList();
        await contains(indicator(3)).click();
        expect(`${breakdown} h6`).toHaveText(/^Locked/);
        expect(breakdown).not.toHaveText(/automatic/);
    });

    test("automatic approval is shown as such", async () => {
        await mountList();
        await contains(indicator(2)).click();
        expect(`${breakdown} .o_billing_readiness_person`).toHaveText(
            "Eva Done\nautomatic\n40 h"
        );
    });

    test("focus opens, describes the button, Escape closes", async () => {
        await mountList();
        const button = queryOne(indicator(1));
        expect(button).toHaveAttribute("aria-expanded", "false");
        button.focus();
        await animationFrame();
        expect(breakdown).toHaveCount(1);
        expect(button).toHaveAttribute("aria-expanded", "true");
        expect(button).toHaveAttribute("aria-describedby", queryOne(breakdown).id);
        expect(button).toBeFocused();
        await press("Escape");
        await animationFrame();
        expect(breakdown).toHaveCount(0);
        expect(button).toHaveAttribute("aria-expanded", "false");
        expect(button).toBeFocused();
    });

    test("Remind asks for the row's reminders and tells who got one", async () => {
        onRpc("project.billing.period", "action_remind", ({args}) => {
            expect.step(args[0]);
            return {
                type: "ir.actions.client",
                tag: "display_notification",
                params: {message: "2 people reminded", type: "success"},
            };
        });
        await mountList();
        await contains(indicator(1)).click();
        await contains(remind).click();
        expect.verifySteps([[1]]);
        expect(".o_notification").toHaveText("2 people reminded");
        expect(breakdown).toHaveCount(0);
    });

    test("who is not expected is told with the reason", async () => {
        const [record] = ProjectBillingPeriod._records;
        record.readiness = {
            ...READINESS_MIXED,
            freed: [{employee_id: 5, name: "Lea Away", reason: "On another project"}],
        };
        await mountList();
        await contains(indicator(1)).click();
        expect(
            `${breakdown} [data-section=freed] .o_billing_readiness_person`
        ).toHaveText("Lea Away\nOn another project");
    });

    test("nobody is reminded where nothing is owed", async () => {
        await mountList();
        await contains(indicator(2)).click();
        expect(breakdown).toHaveCount(1);
        expect(remind).toHaveCount(0);
    });

    test("Enter goes to Remind, Escape comes back", async () => {
        await mountList();
        const button = queryOne(indicator(1));
        button.focus();
        await animationFrame();
        await press("Enter");
        await animationFrame();
        expect(remind).toBeFocused();
        await press("Escape");
        await animationFrame();
        expect(breakdown).toHaveCount(0);
        expect(button).toBeFocused();
        await press("Enter");
        await animationFrame();
        expect(remind).toBeFocused({message: "where the breakdown was closed too"});
    });

    test("click pins, a second click closes, and the row stays closed", async () => {
        await mountView({
            type: "list",
            resModel: "project.billing.period",
            selectRecord: () => expect.step("row opened"),
        });
        await contains(indicator(1)).click();
        expect(breakdown).toHaveCount(1);
        await leave();
        await advanceTime(1000);
        expect(breakdown).toHaveCount(1, {message: "pinned"});
        await contains(indicator(1)).click();
        expect(breakdown).toHaveCount(0);
        await contains(indicator(1)).click();
        await pointerDown(".o_list_renderer thead");
        await animationFrame();
        expect(breakdown).toHaveCount(0, {message: "a click elsewhere closes"});
        expect.verifySteps([]);
    });
});

describe("indicator elsewhere", () => {
    test.tags("desktop");
    test("kanban: the click does not open the card", async () => {
        await mountView({
            type: "kanban",
            resModel: "project.billing.period",
            selectRecord: () => expect.step("card opened"),
        });
        await contains(".o_billing_readiness:first").click();
        expect(breakdown).toHaveCount(1);
        expect.verifySteps([]);
    });

    test("form: the breakdown is all there", async () => {
        serverState.lang = "en_US";
        await mountView({type: "form", resModel: "project.billing.period", resId: 1});
        expect(`.o_form_view ${breakdown} section`).toHaveCount(4);
        expect(".o_form_view .o_billing_readiness").toHaveCount(0);
    });

    test.tags("mobile");
    test("phone: a tap opens a sheet", async () => {
        await mountView({type: "kanban", resModel: "project.billing.period"});
        await contains(".o_billing_readiness:first").click();
        await runAllTimers();
        expect(`.o_bottom_sheet ${breakdown}`).toHaveCount(1);
        expect(`${breakdown} h6:first`).toHaveText(/^Open days during period/);
        await press("Escape");
        await runAllTimers();
        expect(breakdown).toHaveCount(0);
    });
});
