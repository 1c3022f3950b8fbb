import {beforeEach, describe, expect, test} from "@odoo/hoot";
import {animationFrame, queryAllTexts, queryOne} from "@odoo/hoot-dom";
import {
    contains,
    getFacetTexts,
    getService,
    mockService,
    mountView,
    mountWithCleanup,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import {WebClient} from "@web/webclient/webclient";
import {defineInvoicingCycleModels, makeOverview} from "./invoicing_cycle_test_helpers";

defineInvoicingCycleModels();

const section = (key) => `.o_billing_cycle_section[data-section=${key}]`;
const sectionButton = (key) => `${section(key)} .o_billing_cycle_section_button`;
const badge = (name) => `.o_billing_cycle_badge[data-filter=${name}]`;

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

async function mountSection(type = "list", context = {}) {
    await mountView({
        type,
        resModel: "project.billing.period",
        context: {billing_cycle_section: "to_invoice", ...context},
    });
    await animationFrame();
}

describe("header", () => {
    test.tags("desktop");
    test("shows the cycle and its four sections with their counts", async () => {
        await mountSection();
        expect.verifySteps(["overview false"]);
        expect(".o_billing_cycle_label").toHaveText("November 2026");
        const names = queryAllTexts(".o_billing_cycle_section_button");
        expect(names.map((name) => name.replace("\n", ""))).toEqual([
            "Missing data: 2",
            "Projects to be invoiced in November 2026: 3",
            "Invoices ready to be sent: 4",
            "Sent: 0",
        ]);
        expect(queryAllTexts(".o_billing_cycle_section_count")).toEqual([
            "2",
            "3",
            "4",
            "0",
        ]);
        expect(queryAllTexts(".o_billing_cycle_badge")).toEqual([
            "Pending 1",
            "Ready 2",
            "Overdue 1",
            "Draft 1",
            "Confirmed 3",
        ]);
        expect(".o_billing_cycle_section_note").toHaveText("12:30 h not invoiced");
        expect("[aria-current=page]").toHaveCount(1);
        expect(sectionButton("to_invoice")).toHaveAttribute("aria-current", "page");
        expect(".o_billing_cycle_today").toHaveCount(0);
        expect(".o_billing_cycle_clear").toHaveCount(0);
    });

    test.tags("desktop");
    test("amounts of several currencies stand beside each other", async () => {
        overview = makeOverview(
            {},
            {
                to_invoice: {
                    amounts: [
                        {currency_id: 1, amount: 1200},
                        {currency_id: 2, amount: 300},
                    ],
                },
            }
        );
        await mountSection();
        expect(`${section("to_invoice")} .o_billing_cycle_section_note`).toHaveText(
            "$ 1,200.00 + 300.00 €"
        );
        expect.verifySteps(["overview false"]);
    });

    test.tags("desktop");
    test("another cycle offers the way back", async () => {
        overview = makeOverview({is_current: false});
        await mountSection("list", {billing_cycle_date: "2026-10-01"});
        expect.verifySteps(["overview 2026-10-01"]);
        expect(".o_billing_cycle_today").toHaveCount(1);
    });

    test.tags("desktop");
    test("periods of a cycle to come are counted as upcoming", async () => {
        overview = makeOverview(
            {is_current: false},
            {to_invoice: {count: 5, pending: 0, ready: 0, overdue: 0, amounts: []}}
        );
        await mountSection("list", {billing_cycle_date: "2026-12-01"});
        expect(
            queryAllTexts(`${section("to_invoice")} .o_billing_cycle_badge`)
        ).toEqual(["Pending 0", "Ready 0", "Upcoming 5"]);
        expect.verifySteps(["overview 2026-12-01"]);
    });

    test.tags("desktop");
    test("no freeform button for who may not make invoices", async () => {
        overview = makeOverview({can_freeform: false});
        await mountSection();
        expect(".o_billing_cycle_freeform").toHaveCount(0);
        expect.verifySteps(["overview false"]);
    });

    test.tags("desktop");
    test("Who owes what, as long as something due waits for somebody", async () => {
        mockService("action", {doAction: (action) => expect.step(action)});
        await mountSection();
        await contains(".o_billing_cycle_debts").click();
        expect.verifySteps([
            "overview false",
            "invoicing_cycle.project_billing_debt_action",
        ]);
    });

    test.tags("desktop");
    test("nobody owes anything where nothing is pending", async () => {
        overview = makeOverview({}, {to_invoice: {pending: 0}});
        await mountSection();
        expect(".o_billing_cycle_debts").toHaveCount(0);
        expect.verifySteps(["overview false"]);
    });

    test.tags("desktop");
    test("the freeform button opens the dialog and reloads when it closes", async () => {
        mockService("action", {
            doAction(action, options) {
                expect.step(action);
                options.onClose();
            },
        });
        await mountSection();
        expect.verifySteps(["overview false"]);
        await contains(".o_billing_cycle_freeform").click();
        await animationFrame();
        expect.verifySteps([
            "invoicing_cycle.account_move_freeform_action",
            "overview false",
        ]);
    });

    test.tags("desktop");
    test("the kanban has the same header", async () => {
        await mountSection("kanban");
        expect(".o_billing_cycle_header + .o_kanban_renderer").toHaveCount(1);
        expect(".o_kanban_group").toHaveCount(2);
        expect.verifySteps(["overview false"]);
    });

    test.tags("desktop");
    test("lists outside of a cycle have no header and ask for nothing", async () => {
        await mountView({type: "list", resModel: "project.billing.period"});
        expect(".o_billing_cycle_header").toHaveCount(0);
        expect(".o_data_row").toHaveCount(3);
        expect.verifySteps([]);
    });

    test.tags("desktop");
    test("clear cycle says so", async () => {
        overview = makeOverview({clear: true});
        await mountSection();
        expect(".o_billing_cycle_clear").toHaveText("Clear");
        expect.verifySteps(["overview false"]);
    });

    test.tags("mobile");
    test("phone: sections in two columns, nothing wider than the screen", async () => {
        await mountSection("kanban");
        const sections = queryOne(".o_billing_cycle_sections");
        const columns = getComputedStyle(sections).gridTemplateColumns.split(" ");
        expect(columns).toHaveLength(2);
        const header = queryOne(".o_billing_cycle_header");
        expect(header.scrollWidth).toBe(header.clientWidth);
        expect.verifySteps(["overview false"]);
    });
});

describe("badges filter by the search", () => {
    describe.current.tags("desktop");

    test("on, over to the other, off; other facets stay", async () => {
        await mountSection("list", {search_default_harbour: 1});
        expect.verifySteps(["overview false"]);
        expect(getFacetTexts()).toEqual(["Harbour"]);
        await contains(badge("pending")).click();
        expect(getFacetTexts()).toEqual(["Harbour", "Pending"]);
        expect(badge("pending")).toHaveAttribute("aria-pressed", "true");
        expect(".o_data_row").toHaveCount(1);
        await contains(badge("ready")).click();
        expect(getFacetTexts()).toEqual(["Harbour", "Ready for invoicing"]);
        expect(badge("pending")).toHaveAttribute("aria-pressed", "false");
        expect(badge("ready")).toHaveAttribute("aria-pressed", "true");
        await contains(badge("ready")).click();
        expect(getFacetTexts()).toEqual(["Harbour"]);
        expect.verifySteps(["overview false", "overview false", "overview false"]);
    });

    test("a filter set in the search bar shows on its badge", async () => {
        await mountSection("list", {search_default_overdue: 1});
        expect(badge("overdue")).toHaveAttribute("aria-pressed", "true");
        expect.verifySteps(["overview false"]);
    });
});

describe("sections and cycles", () => {
    describe.current.tags("desktop");

    async function mountScreen() {
        await mountWithCleanup(WebClient);
        await getService("action").doAction({
            type: "ir.actions.act_window",
            name: "Invoicing",
            res_model: "project.billing.period",
            views: [
                [false, "list"],
                [false, "kanban"],
                [false, "form"],
            ],
            context: {billing_cycle_section: "to_invoice"},
        });
        expect.verifySteps(["overview false"]);
    }

    test("a section replaces the screen: one breadcrumb, same kind of view", async () => {
        await mountScreen();
        await contains(".o_switch_view.o_kanban").click();
        expect.verifySteps(["overview false"]);
        await contains(sectionButton("to_send")).click();
        expect.verifySteps(["overview false"]);
        expect(sectionButton("to_send")).toHaveAttribute("aria-current", "page");
        expect(".o_kanban_view").toHaveCount(1);
        expect(".o_breadcrumb .o_last_breadcrumb_item").toHaveText("Invoicing");
        expect(".o_back_button, .breadcrumb-item a").toHaveCount(0);
    });

    test("arrows and Today change the cycle of the same section", async () => {
        await mountScreen();
        await contains(".o_billing_cycle_previous").click();
        expect.verifySteps(["action to_invoice 2026-10-01", "overview 2026-10-01"]);
        overview = makeOverview({is_current: false, date_from: "2026-12-01"});
        await contains(".o_billing_cycle_next").click();
        expect.verifySteps(["action to_invoice 2026-12-01", "overview 2026-12-01"]);
        await contains(sectionButton("sent")).click();
        expect.verifySteps(["action sent 2026-12-01", "overview 2026-12-01"]);
        await contains(".o_billing_cycle_today").click();
        expect.verifySteps(["overview false"]);
    });

    test("a badge seen from another section leads there, filtered", async () => {
        await mountScreen();
        await contains(sectionButton("sent")).click();
        expect.verifySteps(["overview false"]);
        await contains(badge("ready")).click();
        expect.verifySteps(["overview false"]);
        expect(getFacetTexts()).toEqual(["Ready for invoicing"]);
        expect(".o_data_row").toHaveCount(2);
    });

    test("a row button calls the server, then rows and counts are read anew", async () => {
        onRpc("action_generate_invoices", ({args}) => {
            expect.step(`generate ${args[0]}`);
            return false;
        });
        await mountScreen();
        await contains(
            ".o_data_row:nth-child(2) button[name=action_generate_invoices]"
        ).click();
        expect.verifySteps(["generate 2", "overview false"]);
    });
});

describe("autopilot", () => {
    describe.current.tags("desktop");

    const part = (kind) => `.o_billing_cycle_autopilot [data-kind=${kind}]`;

    function fly(changes = {}) {
        overview = makeOverview({
            autopilot: {
                left: 3,
                sent: 12,
                confirmed: 1,
                drafted: 0,
                stopped: false,
                can_stop: true,
                obstacles: [],
                ...changes,
            },
        });
    }

    test("tells exceptions first, and leaves out what is none", async () => {
        fly();
        await mountSection();
        expect(queryAllTexts(".o_billing_cycle_autopilot [data-kind]")).toEqual([
            "3 need you",
            "12 sent by themselves",
            "1 confirmed by itself",
        ]);
        expect.verifySteps(["overview false"]);
    });

    test("stands only where a company has it", async () => {
        await mountSection();
        expect(".o_billing_cycle_autopilot").toHaveCount(0);
        expect.verifySteps(["overview false"]);
    });

    test("opens the list of each", async () => {
        fly();
        onRpc("get_autopilot_action", ({args}) => {
            expect.step(`list ${args[0]} ${args[1]}`);
            return {
                type: "ir.actions.act_window",
                res_model: "project.billing.period",
                views: [[false, "list"]],
                context: {billing_cycle_section: "to_invoice"},
            };
        });
        await mountWithCleanup(WebClient);
        await getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "project.billing.period",
            views: [[false, "list"]],
            context: {billing_cycle_section: "to_invoice"},
        });
        await animationFrame();
        await contains(part("left")).click();
        expect.verifySteps(["overview false", "list left false", "overview false"]);
    });

    test("stops at once, and goes on", async () => {
        fly();
        onRpc("action_stop_autopilot", () => {
            expect.step("stop");
            fly({stopped: true});
            return true;
        });
        onRpc("action_resume_autopilot", () => {
            expect.step("go on");
            fly();
            return true;
        });
        await mountSection();
        await contains(".o_billing_cycle_autopilot_switch").click();
        await animationFrame();
        expect(".o_billing_cycle_autopilot_stopped").toHaveCount(1);
        await contains(".o_billing_cycle_autopilot_switch").click();
        await animationFrame();
        expect(".o_billing_cycle_autopilot_stopped").toHaveCount(0);
        expect.verifySteps([
            "overview false",
            "stop",
            "overview false",
            "go on",
            "overview false",
        ]);
    });

    test("says why nothing is done, and to whom it is not given", async () => {
        fly({can_stop: false, obstacles: ["Ann is archived."]});
        await mountSection();
        expect(".o_billing_cycle_autopilot_obstacle").toHaveText("Ann is archived.");
        expect(".o_billing_cycle_autopilot_switch").toHaveCount(0);
        expect.verifySteps(["overview false"]);
    });
});

describe("rows", () => {
    describe.current.tags("desktop");

    test("overdue and failed rows say so in words", async () => {
        serverState.lang = "en_US";
        await mountSection();
        expect(".o_data_row:nth-child(1) .o_billing_due_date").toHaveText(/Overdue$/);
        expect(".o_data_row:nth-child(2) .o_billing_due_date").not.toHaveText(
            /Overdue/
        );
        expect(".o_billing_problem").toHaveCount(1);
        expect(".o_data_row:nth-child(3) .o_billing_problem").toHaveAttribute(
            "aria-label",
            "The customer has no address."
        );
        expect.verifySteps(["overview false"]);
    });

    test("a row mended in place reads the counts anew, the rows stay", async () => {
        onRpc("web_save", () => expect.step("save"));
        await mountView({
            type: "list",
            resModel: "project.billing.period",
            arch: `
                <list js_class="billing_cycle_list" editable="bottom">
                    <field name="hours"/>
                </list>`,
            context: {billing_cycle_section: "missing"},
        });
        await animationFrame();
        expect.verifySteps(["overview false"]);
        await contains(".o_data_row:nth-child(1) .o_data_cell").click();
        await contains(".o_data_row:nth-child(1) [name=hours] input").edit("8", {
            confirm: false,
        });
        await contains(".o_list_button_save").click();
        expect.verifySteps(["save", "overview false"]);
        expect(".o_data_row").toHaveCount(3);
    });
});
