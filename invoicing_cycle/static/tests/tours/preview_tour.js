import {
    addTour,
    checkCount,
    checkNoRow,
    clickListButton,
    row,
    selectRow,
} from "./tour_helpers";

const PREVIEW = ".o_billing_preview";

function document(text) {
    return `${PREVIEW} .o_field_widget[name=document_ids] .o_data_row:contains("${text}")`;
}

function refused(text) {
    return `${PREVIEW} .o_field_widget[name=refused_ids] .o_data_row:contains("${text}")`;
}

function checkFigure(name, text) {
    return {
        content: `The preview counts ${text} (${name})`,
        trigger: `.o_billing_preview_figure .o_field_widget[name=${name}]:contains("${text}")`,
    };
}

addTour("preview_invoices", () => [
    checkCount("to_invoice", 4),
    ...selectRow("Fine project"),
    ...selectRow("Odd project"),
    ...selectRow("Other project"),
    ...selectRow("Open project"),
    clickListButton("Preview"),
    checkFigure("document_count", "3"),
    checkFigure("warned_count", "1"),
    checkFigure("refused_count", "1"),
    {
        content: "What is odd stands first",
        trigger: `${PREVIEW} .o_data_row:first:contains("Odd project"):contains("No tax")`,
    },
    {
        content: "What is fine is quiet",
        trigger: `${document("Fine project")}:not(:has(.badge))`,
    },
    {
        content: "The reason why a period makes no invoice",
        trigger: `${refused("Open project")}:contains("has open days")`,
    },
    {
        content: "Open what one invoice would bill",
        trigger: `${document("Fine project")} td[name=project_text]`,
        run: "click",
    },
    {
        content: "Its hours are there",
        trigger: `.modal .o_field_widget[name=item_ids] .o_data_row:contains("8:00")`,
    },
    {
        content: "Close it",
        trigger: ".modal .btn-close",
        run: "click",
    },
    {
        content: "Leave one out",
        trigger: `body:not(:has(.modal)) ${document("Other project")} button[name=action_leave_out]`,
        run: "click",
    },
    checkFigure("document_count", "2"),
    {
        content: "It is named where nothing is made",
        trigger: `${refused("Other project")}:contains("is left out")`,
    },
    {
        content: "Create what is shown",
        trigger: ".o_statusbar_buttons button[name=action_create_invoices]",
        run: "click",
    },
    {
        content: "The result is told",
        trigger: `.o_notification:contains("2 invoices created")`,
    },
    {
        content: "Both drafts are shown",
        trigger: `${row("Fine project")}:contains("Draft to review")`,
    },
    {
        content: "Back at the preview",
        trigger: `.o_breadcrumb .o_back_button:contains("Preview")`,
        run: "click",
    },
    {
        content: "It says that it is done, and creates nothing twice",
        trigger: `${PREVIEW}:contains("These invoices are created"):not(:has(button[name=action_create_invoices]))`,
    },
    {
        content: "Back at the screen",
        trigger: `.o_breadcrumb .o_back_button:contains("Invoicing")`,
        run: "click",
    },
    checkCount("to_invoice", 2),
    checkNoRow("Fine project"),
    {
        content: "Preview all that is ready",
        trigger: ".o_billing_cycle_preview",
        run: "click",
    },
    checkFigure("document_count", "1"),
    {
        content: "Only what is ready",
        trigger: document("Other project"),
    },
]);
