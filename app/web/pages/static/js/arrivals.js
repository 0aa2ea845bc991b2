/* What comes into a frame, which browsers tell by half: a page of their own and one of a proxy are loaded like a mail,
   and of a mail whose end never came nothing is told. */
import { GONE } from "./api.js";
import { askAgain, unanswered } from "./live.js";
import { addressOf, rootOf, stateOf } from "./unspoilt.js";

const LOOK_MS = 4000;
const STALLS = 2; // looks in which nothing more has come

/** What has come: "mail", which may be why there is none; "gone" when the server has let the edited data go; "" for what is not ours. */
function kindOf(frame) {
  const mail = frame.contentDocument;
  if (!mail) return "";
  const [arrival] = frame.contentWindow.performance.getEntriesByType("navigation");
  if ((arrival?.responseStatus ?? 200) === 200) return "mail";
  const { failed, code } = rootOf(mail)?.dataset ?? {};
  return code === GONE ? "gone" : failed ? "mail" : "";
}

/** Whether a frame that was told to be loaded has a mail of ours in it, or why there is none. */
export const hasArrived = (frame) => kindOf(frame) === "mail";

/** Whether a frame has been loaded already; a page of the browser's own cannot be looked into. */
export function isLoaded(frame) {
  const mail = frame.contentDocument;
  return !mail || (addressOf(mail) !== "about:blank" && stateOf(mail) === "complete");
}

/** How much of it has come, 0 before its beginning. */
function amountOf(frame) {
  const mail = frame.contentDocument;
  return mail && addressOf(mail) !== "about:blank" ? rootOf(mail)?.outerHTML.length ?? 0 : 0;
}

/** Tell what becomes of `frame`: once `came()` or `lost()`; and `begun()` before, when it takes long and something of it is there. */
export function followArrival(frame, { came, lost, begun = () => undefined }) {
  let [over, seen, stalls] = [false, 0, 0];
  const end = (kind) => {
    if (over) return;
    over = true;
    if (kind === "mail") return void came();
    lost();
    (kind ? askAgain : unanswered)();
  };
  frame.addEventListener("load", () => end(kindOf(frame)));
  const look = () => setTimeout(() => {
    if (over || !frame.isConnected) return;
    const amount = amountOf(frame);
    if (amount && !seen) begun();
    stalls = amount && amount === seen ? stalls + 1 : 0;
    seen = amount;
    if (stalls === STALLS) end(""); // cut off midway: no browser says so
    else look();
  }, LOOK_MS);
  look();
}
