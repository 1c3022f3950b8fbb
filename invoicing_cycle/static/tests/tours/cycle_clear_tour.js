import {
    addTour,
    checkCount,
    checkNoRow,
    clickListButton,
    markAsSent,
    openSection,
    selectRow,
} from "./tour_helpers";

const CLEAR = ".o_billing_cycle_clear";

addTour("cycle_clear", () => [
    {
        content: "Every due invoice is created, but one is not sent",
        trigger: `.o_billing_cycle_empty:contains("Nothing left to be invoiced")`,
    },
    {trigger: `.o_billing_cycle_label:not(:has(${CLEAR}))`},
    {
        content: "It says what is left",
        trigger: `.o_billing_cycle_empty button[data-section=to_send]`,
        run: "click",
    },
    ...selectRow("Last project"),
    ...markAsSent(),
    checkNoRow("Last project"),
    {
        content: "The cycle is clear",
        trigger: `.o_billing_cycle_label ${CLEAR}`,
    },
    ...openSection("to_invoice"),
    checkCount("to_invoice", 0),
    checkCount("to_send", 0),
    checkCount("sent", 2),
    {
        content: "The screen says so",
        trigger: `.o_billing_cycle_empty:contains("is clear"):contains("Every due invoice is created and sent.")`,
    },
]);

addTour("cycle_five_clicks", () => [
    {
        content: "Tick all",
        trigger: ".o_list_view thead .o_list_record_selector input",
        run: "click",
    },
    clickListButton("Create invoices"),
    {
        content: "What was created is ticked",
        trigger: `.o_breadcrumb:contains("Invoices created")`,
    },
    clickListButton("Confirm"),
    {
        content: "All are confirmed",
        trigger: `.o_list_view:not(:has(td[name=sent_status]:contains("Draft")))`,
    },
    ...markAsSent(),
    {
        content: "It is told, and can be taken back",
        trigger: `.o_notification:contains("3 marked as sent") button:contains("Undo")`,
    },
    checkCount("to_send", 0),
    checkCount("sent", 3),
]);
