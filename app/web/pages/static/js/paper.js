/* A mail on paper: in its own colours, which browsers leave out when they print, and otherwise as on the screen. */
import { styledBy, windowOf } from "./unspoilt.js";

/** Have `mail`, the document in a frame, printed as it is shown; on the screen, and of its characters, nothing changes. */
export function keepColours(mail) {
  const { CSSStyleSheet } = windowOf(mail);
  const sheet = new CSSStyleSheet({ media: "print" });
  sheet.replaceSync(":root { print-color-adjust: exact; }"); // inherited
  styledBy(mail, sheet);
}
