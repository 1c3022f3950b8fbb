import {stepUtils} from "@web_tour/tour_utils";
import {addTour, clickDialogButton, dialogIsClosed, row} from "./tour_helpers";

const PROJECT = row("Time project");
const BREAKDOWN = ".o_billing_readiness_popover";

function checkState(label) {
    return {
        content: `The row reads ${label}`,
        trigger: `${PROJECT} td[name=state]:contains("${label}")`,
    };
}

function checkBreakdown(section, ...texts) {
    return {
        content: `The breakdown tells of ${texts.join(", ")}`,
        trigger: [
            `${BREAKDOWN} [data-section=${section}]`,
            ...texts.map((text) => `:contains("${text}")`),
        ].join(""),
    };
}

const hoverIndicator = {
    content: "Hover the indicator",
    trigger: `${PROJECT} .o_billing_readiness`,
    run: "hover",
};

addTour("time_open", () => [
    checkState("Pending"),
    {
        content: "An invoice cannot be created yet",
        trigger: `${PROJECT}:not(:has(button[name=action_generate_invoices]))`,
    },
    {
        content: "Reach the indicator by keyboard",
        trigger: `${PROJECT} .o_billing_readiness[data-status=open]`,
        run: ({anchor}) => anchor.focus(),
    },
    checkBreakdown("open", "Open days during period", "Consultant", "Never locked"),
]);

addTour("submit_timesheet", () => [
    {
        content: "The time is open",
        trigger: `${PROJECT} td[name=approval_state]:contains("Open")`,
    },
    {
        content: "Submit the timesheet",
        trigger: `.o_control_panel button:contains("Submit (lock) my timesheet")`,
        run: "click",
    },
    {
        content: "The dialog says where one stands",
        trigger: `.modal [name=lock_status]:contains("Consultant: Never locked")`,
    },
    // The day that is proposed is the end of the last cycle.
    ...clickDialogButton("Submit (lock)"),
    dialogIsClosed,
    {
        content: "It is said to be locked",
        trigger: `.o_notification:contains("is locked")`,
    },
    {
        content: "The time waits for approval",
        trigger: `${PROJECT} td[name=approval_state]:contains("Pending approval")`,
    },
]);

addTour("time_pending", () => [
    checkState("Pending"),
    hoverIndicator,
    checkBreakdown(
        "pending",
        "Pending approval",
        "Consultant",
        "waits for Project Lead"
    ),
]);

addTour("approve_time", () => [
    ...stepUtils.goToAppSteps("invoicing_cycle.invoicing_cycle_menu_root"),
    {
        content: "Open the list of time to approve",
        trigger: `.o_menu_sections [data-menu-xmlid="invoicing_cycle.invoicing_cycle_menu_approve"]`,
        run: "click",
    },
    {
        content: "Both entries wait",
        trigger: ".o_list_view:has(.o_data_row:eq(1))",
    },
    {
        content: "Tick all",
        trigger: ".o_list_view thead .o_list_record_selector input",
        run: "click",
    },
    {
        content: "Approve them",
        trigger: `.o_selection_container button:contains("Approve")`,
        run: "click",
    },
    {
        content: "Nothing is left to approve",
        trigger: `.o_view_nocontent:contains("No time waits for your approval")`,
    },
]);

addTour("time_ready", () => [
    checkState("Ready for invoicing"),
    hoverIndicator,
    checkBreakdown("ready", "Approved", "Consultant", "9:30 h"),
    {
        content: "An invoice can be created",
        trigger: `${PROJECT} button[name=action_generate_invoices]`,
    },
]);
