// The order of receipts/order.html as a whole mail, as it is written for React Email and for MJML: the same words,
// links and pictures in the same order, in like sizes and colours. Dark colours and what is done for small screens
// and Outlook beyond their components are left out, which spares them work.
import { readFileSync } from "node:fs";
import mjml2html from "mjml";
import Mustache from "mustache";
import { Fragment, createElement as h } from "react";
import * as mail from "react-email";

const font = "Arial, Helvetica, sans-serif";
const heading = { margin: "24px 0 8px", color: "#004080", fontFamily: font, fontSize: 20, lineHeight: "28px" };
const text = { margin: "0 0 16px", color: "#333333", fontFamily: font, fontSize: 16, lineHeight: "24px" };
const small = { margin: 0, color: "#666666", fontFamily: font, fontSize: 14, lineHeight: "20px" };
const label = { ...small, padding: "8px 16px 0 0", fontWeight: "normal", textAlign: "left", verticalAlign: "top" };
const figure = { ...label, padding: "8px 0 0", color: "#333333", textAlign: "right", whiteSpace: "nowrap" };
const line = { borderBottom: "1px solid #dddddd", fontSize: 16, lineHeight: "24px" };
const footer = { ...small, margin: "0 0 8px", fontSize: 12, lineHeight: "18px" };
const link = { color: "#0066cc", textDecoration: "underline" };
const button = {
  margin: "8px 0 24px",
  padding: "14px 32px",
  borderRadius: 4,
  backgroundColor: "#0066cc",
  color: "#ffffff",
  fontFamily: font,
  fontSize: 16,
  fontWeight: "bold",
};
const table = { width: "100%", borderCollapse: "collapse" };

function Badge({ said, colour }) {
  const style = { ...small, padding: "4px 12px", color: "#333333", border: `2px solid ${colour}`, borderLeftWidth: 8, fontWeight: "bold" };
  return h(mail.Section, { style: { width: "auto", margin: "0 0 16px" } }, h(mail.Column, { style }, said));
}

function Row({ name, value, style }) {
  const cells = [h("th", { key: 0, scope: "row", style: { ...label, ...style } }, name)];
  cells.push(h("td", { key: 1, style: { ...figure, ...style } }, value));
  return h("tr", null, cells);
}

function Fact({ name, value }) {
  return h(Row, { name, value, style: { ...line, padding: "8px 16px 8px 0", textAlign: "left" } });
}

function Item({ item, amount }) {
  return h(Row, {
    name: h(
      Fragment,
      null,
      h(mail.Text, { dir: "auto", style: { ...text, margin: 0, fontWeight: "bold" } }, item.productName),
      item.productDescription && h(mail.Text, { dir: "auto", style: small }, item.productDescription),
      h(mail.Text, { style: small }, `${item.quantity} × ${amount(item.unitPrice)}`),
    ),
    value: amount(item.total),
    style: { ...line, paddingTop: 12, paddingBottom: 12 },
  });
}

function More({ href, children }) {
  return h(mail.Text, { style: text }, h(mail.Link, { href, style: link }, children));
}

function Order(data) {
  const { billingAddress: address } = data;
  const amount = (value) => `${data.currency} ${value}`;
  const badge = data.amountDue ? "#ffc107" : data.amountPaid ? "#28a745" : "#dddddd";
  return h(
    mail.Html,
    { lang: "en-ZA", dir: "ltr" },
    h(mail.Head, null, h("title", null, `Order Summary - ${data.orderNumber}`)),
    h(mail.Preview, null, `${amount(data.totalAmount)} in total. Items, VAT and billing address of your order are inside.`),
    h(
      mail.Body,
      { lang: "en-ZA", dir: "ltr", style: { margin: 0, padding: "24px 0", backgroundColor: "#f4f4f4" } },
      h(
        mail.Container,
        { style: { width: "100%", maxWidth: 600, backgroundColor: "#ffffff" } },
        h(
          mail.Section,
          { style: { padding: "12px 32px", backgroundColor: "#b3d1f0" } },
          h(mail.Img, {
            src: "https://static.kimmyai.io/logos/kimmyai-logo-email.png",
            width: 200,
            height: 50,
            alt: "KimmyAI - WordPress Hosting",
          }),
        ),
        h(
          mail.Section,
          { style: { padding: "32px 32px 16px" } },
          h(
            mail.Heading,
            { style: { ...heading, margin: "0 0 16px", fontSize: 24, lineHeight: "32px" } },
            h("span", { style: { color: "#333333", fontSize: 32, lineHeight: "40px" } }, amount(data.totalAmount)),
            h("br"),
            "Your order summary",
          ),
          h(Badge, { said: data.paymentStatus, colour: badge }),
          h(
            mail.Text,
            { style: text },
            "Hello",
            data.tenantName && h(Fragment, null, " ", h("span", { dir: "auto" }, data.tenantName)),
            ",",
          ),
          h(mail.Text, { style: text }, "Here is your order with its prices, VAT and billing address."),
          data.paymentUrl
            ? h(
                Fragment,
                null,
                h(mail.Button, { href: data.paymentUrl, style: button }, `Pay ${amount(data.amountDue || data.totalAmount)}`),
                h(More, { href: data.orderDetailsUrl }, "View your order"),
              )
            : h(mail.Button, { href: data.orderDetailsUrl, style: button }, "View your order"),
          data.pdfLink &&
            h(More, { href: data.pdfLink }, "Download this order as a PDF (the link works for 7 days)"),
          h(mail.Heading, { as: "h2", style: heading }, "Your order"),
          h(
            "table",
            { style: { ...table, margin: "0 0 16px" }, cellPadding: 0, cellSpacing: 0 },
            h(
              "tbody",
              null,
              h(Fact, { name: "Order number", value: data.orderNumber }),
              h(Fact, { name: "Order date", value: data.orderDate }),
              data.campaignCode && h(Fact, { name: "Campaign code", value: data.campaignCode }),
            ),
          ),
          h(
            "table",
            { style: { ...table, borderTop: "2px solid #004080" }, cellPadding: 0, cellSpacing: 0 },
            h(
              "tbody",
              null,
              data.items.map((item, index) => h(Item, { key: index, item, amount })),
              h(Row, { name: "Subtotal", value: amount(data.subtotal) }),
              data.discount && h(Row, { name: "Discount", value: `−${amount(data.discount)}` }),
              h(Row, { name: `VAT (${data.taxRate || 15}%)`, value: amount(data.tax) }),
              h(Row, {
                name: "Order total",
                value: amount(data.totalAmount),
                style: { color: "#333333", fontSize: 18, lineHeight: "26px", fontWeight: "bold" },
              }),
              data.amountPaid && h(Row, { name: "Paid", value: amount(data.amountPaid) }),
              data.amountDue && h(Row, { name: "Still due", value: amount(data.amountDue) }),
            ),
          ),
          h(mail.Heading, { as: "h2", style: heading }, "Billing address"),
          h(
            mail.Text,
            { style: text },
            data.tenantName && h(Fragment, null, h("span", { dir: "auto" }, data.tenantName), h("br")),
            h("span", { dir: "auto" }, address.street),
            h("br"),
            h("span", { dir: "auto" }, address.city),
            ", ",
            h("span", { dir: "auto" }, address.province),
            ` ${address.postalCode}, `,
            h("span", { dir: "auto" }, address.country),
          ),
        ),
        h(
          mail.Section,
          { style: { padding: "24px 32px", borderTop: "1px solid #dddddd", backgroundColor: "#f4f4f4" } },
          h(
            mail.Text,
            { style: footer },
            "Questions? Write to ",
            h(mail.Link, { href: "mailto:support@kimmyai.io", style: link }, "support@kimmyai.io"),
          ),
          h(mail.Text, { style: footer }, `Our reference: ${data.orderId}`),
          h(
            mail.Text,
            { style: footer },
            `You receive this email at ${data.tenantEmail} because it is about an order of your KimmyAI account.`,
          ),
          h(
            mail.Text,
            { style: footer },
            "KimmyAI - WordPress Hosting Solutions",
            h("br"),
            h("span", { dir: "auto" }, data.companyAddress),
            h("br"),
            `© ${data.copyrightYear} KimmyAI`,
          ),
          h(
            mail.Text,
            { style: footer },
            h(mail.Link, { href: data.unsubscribeUrl, style: link }, "Email preferences"),
          ),
        ),
      ),
    ),
  );
}

const source = readFileSync(new URL("order.mjml", import.meta.url), "utf8");

/** The HTML by React Email, a promise. */
export const byReactEmail = (data) => mail.render(h(Order, data));

/** The HTML by React Email and the text that it makes of that, a promise. */
export async function byReactEmailWithText(data) {
  const html = await byReactEmail(data);
  return [html, mail.toPlainText(html)];
}

/** The HTML by MJML, which has no language for data: mustache.js fills its source in. A promise. */
export async function byMjml(data) {
  return (await mjml2html(Mustache.render(source, data), { validationLevel: "skip" })).html;
}
