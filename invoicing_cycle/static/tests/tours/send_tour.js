import {browser} from "@web/core/browser/browser";
import {
    addTour,
    checkCount,
    checkNoRow,
    clickDialogButton,
    clickListButton,
    dialogIsClosed,
    markAsSent,
    openSection,
    row,
    selectRow,
    unselectRow,
} from "./tour_helpers";

const MAILED = "Sent by mail";
const POSTED = "Sent by post";

addTour("send_invoices", () => [
    ...openSection("to_send"),
    ...selectRow(MAILED),
    ...selectRow(POSTED),
    clickListButton("Confirm"),
    ...[MAILED, POSTED].map((project) => ({
        content: `The invoice of ${project} is confirmed`,
        trigger: `${row(project)} td[name=sent_status]:contains("Confirmed")`,
    })),
    // What is confirmed stays ticked
    ...unselectRow(POSTED),
    {
        ...clickListButton("PDF"),
        async run({anchor, click}) {
            // A window that a script opens is blocked without a real click
            const {open} = browser;
            const opened = new Promise((resolve) => {
                browser.open = (url) => {
                    browser.open = open;
                    resolve(url);
                    return window;
                };
            });
            await click(anchor);
            const response = await fetch(await opened);
            const text = await response.text();
            if (!response.ok || !text.startsWith("%PDF")) {
                throw new Error(`No PDF was downloaded: ${text.slice(0, 200)}`);
            }
        },
    },
    clickListButton("Send"),
    {
        content: "The dialog names the recipient",
        trigger: `.modal [name=mail_partner_ids]:contains("Customer")`,
    },
    ...clickDialogButton("Send"),
    dialogIsClosed,
    checkNoRow(MAILED),
    checkCount("sent", 1),
    ...selectRow(POSTED),
    ...markAsSent("Post"),
    checkNoRow(POSTED),
    ...openSection("sent"),
    ...[
        [MAILED, "E-mail"],
        [POSTED, "Post"],
    ].map(([project, channel]) => ({
        content: `Sent shows when, by whom and how ${project} left`,
        trigger: [
            row(project),
            `:has(td[name=sent_on]:contains(/\\d/))`,
            `:has(td[name=sent_by_id]:contains("Accountant"))`,
            `:has(td[name=sent_channel]:contains("${channel}"))`,
            `:contains("Not Paid")`,
        ].join(""),
    })),
    ...selectRow(POSTED),
    clickListButton("Undo"),
    {
        content: "Give the reason",
        trigger: ".modal .o_field_widget[name=reason] textarea",
        run: "edit Came back from the post office",
    },
    ...clickDialogButton("Undo"),
    dialogIsClosed,
    checkNoRow(POSTED),
    ...openSection("to_send"),
    {
        content: "It is to be sent again",
        trigger: `${row(POSTED)} td[name=sent_status]:contains("Confirmed")`,
    },
]);
