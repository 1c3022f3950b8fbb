import {
    addTour,
    checkCount,
    chooseRecord,
    clickDialogButton,
    clickListButton,
    dialogIsClosed,
    markAsSent,
    openSection,
    row,
} from "./tour_helpers";

const openDialog = {
    content: "Open the freeform dialog",
    trigger: ".o_billing_cycle_freeform",
    run: "click",
};

const goBack = {
    content: "Go back to the screen",
    trigger: `.o_breadcrumb .o_back_button`,
    run: "click",
};

function fill(field, text) {
    return {
        content: `Enter ${text}`,
        trigger: `.modal .o_selected_row [name=${field}] :is(input, textarea)`,
        run: `edit ${text}`,
    };
}

const addLine = {
    content: "Add a line",
    trigger: `.modal .o_field_x2many_list_row_add a:contains("Add a line")`,
    run: "click",
};

function checkDraft(label) {
    return {
        content: `The draft ${label} opens`,
        trigger: `.o_form_view:contains("${label}"):contains("Draft") .o_field_widget[name=partner_id]`,
    };
}

addTour("freeform_documents", () => [
    openDialog,
    ...chooseRecord(".modal .o_field_widget[name=partner_id]", "Customer"),
    ...chooseRecord(".modal .o_field_widget[name=project_id]", "Freeform project"),
    addLine,
    ...chooseRecord(".modal .o_selected_row [name=product_id]", "Fixed price"),
    fill("quantity", "2"),
    fill("price_unit", "450"),
    ...clickDialogButton("Create draft"),
    checkDraft("Customer Invoice"),
    goBack,
    checkCount("to_send", 1),
    openDialog,
    {
        content: "Switch to a credit note",
        trigger: `.modal .o_selection_badge:contains("Credit note")`,
        run: "click",
    },
    ...chooseRecord(".modal .o_field_widget[name=project_id]", "Freeform project"),
    {
        content: "The customer is that of the project",
        trigger: `.modal .o_field_widget[name=partner_id] input:value("Customer")`,
    },
    addLine,
    fill("name", "Goodwill"),
    fill("price_unit", "50"),
    ...clickDialogButton("Create draft"),
    dialogIsClosed,
    checkDraft("Customer Credit Note"),
    goBack,
    ...openSection("to_send"),
    checkCount("to_send", 2),
    {
        content: "The credit note counts against the invoices",
        trigger: `${row("Freeform project")} td[name=amount_total_in_currency_signed]:contains("-")`,
    },
    {
        content: "Tick both",
        trigger: ".o_list_view thead .o_list_record_selector input",
        run: "click",
    },
    clickListButton("Confirm"),
    {
        content: "Both are confirmed",
        trigger: `.o_list_view:not(:has(td[name=sent_status]:contains("Draft")))`,
    },
    ...markAsSent(),
    checkCount("to_send", 0),
    checkCount("sent", 2),
]);
