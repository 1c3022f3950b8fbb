import {
    addTour,
    checkCount,
    checkNoRow,
    clickDialogButton,
    clickListButton,
    dialogIsClosed,
    openSection,
    row,
    selectRow,
} from "./tour_helpers";

const goBack = {
    content: "Go back to the screen",
    trigger: `.o_breadcrumb .o_back_button:contains("Invoicing")`,
    run: "click",
};

addTour("generate_invoices", () => [
    checkCount("to_invoice", 3),
    {
        content: "Time that is locked is ready",
        trigger: `${row("Ready single")}:contains("Ready for invoicing"):contains("Locked")`,
    },
    {
        content: "Create the invoice of one row",
        trigger: `${row("Ready single")} button[name=action_generate_invoices]`,
        run: "click",
    },
    {
        content: "The draft opens",
        trigger: `.o_form_view .o_field_widget[name=invoice_line_ids]:contains("8.00")`,
    },
    goBack,
    // Only then the rows are read anew, which takes ticks away
    checkCount("to_invoice", 2),
    checkNoRow("Ready single"),
    ...selectRow("Ready many"),
    ...selectRow("Ready more"),
    clickListButton("Create invoices"),
    {
        content: "The result is told",
        trigger: `.o_notification:contains("2 invoices created")`,
    },
    {
        content: "Both drafts are shown",
        trigger: `.o_breadcrumb:contains("Invoices created")`,
    },
    {
        content: "They are shown where they are to be sent",
        trigger: `.o_billing_cycle_section.active[data-section="to_send"]`,
    },
    ...["Ready many", "Ready more"].map((project) => ({
        content: `The draft of ${project} can be reviewed`,
        trigger: `${row(project)}:contains("Draft to review")`,
    })),
    checkNoRow("Ready single"),
    goBack,
    checkCount("to_invoice", 0),
    ...openSection("to_send"),
    checkCount("to_send", 3),
    ...["Ready single", "Ready many", "Ready more"].map((project) => ({
        content: `The invoice of ${project} is ready to be sent`,
        trigger: `${row(project)}:contains("Draft to review")`,
    })),
]);

addTour("invoice_anyway", () => [
    {
        content: "The row is pending",
        trigger: `${row("Open project")}:contains("Pending")`,
    },
    ...selectRow("Open project"),
    clickListButton("Invoice anyway"),
    {
        content: "Give the reason",
        trigger: ".modal .o_field_widget[name=reason] input",
        run: "edit The customer ends its year",
    },
    ...clickDialogButton("Invoice anyway"),
    dialogIsClosed,
    {
        content: "The period is ready to be sent",
        trigger: `${row("Open project")} td[name=state]:contains("Ready to be sent")`,
    },
    {
        content: "The head of the screen followed",
        trigger: `.o_billing_cycle_section.active[data-section="to_send"]`,
    },
    checkCount("to_send", 1),
    checkCount("to_invoice", 0),
]);
