/* What comes into a frame, which browsers tell by half: a page of their own and one of a proxy are loaded like a mail,
   and of a mail whose end never came nothing is told. */
import { GONE } from "./api.js";
import { dress } from "./fonts.js";
import { askAgain, unanswered } from "./live.js";
import { addressOf, rootOf, stateOf } from "./unspoilt.js";

const LOOK_MS = 4000;
const [SOON_MS, LATE_MS] = [1500, 12000];
const FONTS_MS = 1000; // after which a mail is better shown in others
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

/** Whether what is in a frame is of another version of the mail than its address was made for: the server has led on to that. */
export const isOther = (frame) => Boolean(frame.contentWindow?.performance.getEntriesByType("navigation")[0]?.redirectCount);

/** How much of it has come, less than 0 before its beginning, and whether more is to come of the document itself. */
function amountOf(frame) {
  const mail = frame.contentDocument;
  if (!mail || addressOf(mail) === "about:blank") return [-1, true];
  return [rootOf(mail)?.outerHTML.length ?? 0, stateOf(mail) === "loading"];
}

/** How long to wait before that which was lost so many `times` in a row is asked for once more. */
export const pauseAfter = (times) => Math.min(SOON_MS * 2 ** (times - 1), LATE_MS);

/** Have the mail in `frame` drawn with its fonts, so that nothing in it moves once it is shown, and then `show` it; not if it has been taken out. */
function inItsFonts(frame, show) {
  const all = dress(frame.contentDocument).finally(() => frame.toggleAttribute("data-dressed", true));
  const soon = Promise.race([all, new Promise((late) => setTimeout(late, FONTS_MS))]);
  soon.finally(() => frame.isConnected && show());
}

/** Tell what becomes of `frame`: once `came()` or `lost()`; and `begun()` before, when it takes long and something of it is there,
 *  at each look until it says that this is enough to show. */
export function followArrival(frame, { came, lost, begun = () => true }) {
  let [over, shown] = [false, false];
  const end = (kind) => {
    if (over) return;
    over = true;
    if (kind === "mail") return inItsFonts(frame, came);
    lost();
    (kind ? askAgain : unanswered)();
  };
  frame.addEventListener("load", () => end(kindOf(frame)));
  lookAt(frame, (amount, more) => {
    if (over) return true;
    if (amount > 0 && !more) end(kindOf(frame)); // the mail is whole, and waits for its images
    else if (amount > 0 && !shown) inItsFonts(frame, () => { if (!over) shown ||= begun(); });
    return over;
  }, () => end(""));
}

const followed = new WeakSet();

/** Tell when what is loaded into `frame` was `cut` off midway, which no browser says; asked again for the same frame, once. */
export function followCut(frame, cut) {
  if (followed.has(frame)) return;
  followed.add(frame);
  const end = (act) => { followed.delete(frame); act?.(); return true; };
  lookAt(frame, (_, more) => !more && end(), () => end(cut));
}

/** Look at `frame` from time to time, until `seen(amount, more)` has seen enough; `cut` once nothing more comes. */
function lookAt(frame, seen, cut) {
  let [before, stalls] = [-1, 0];
  const look = () => setTimeout(() => {
    const [amount, more] = frame.isConnected ? amountOf(frame) : [-1, false];
    if (!frame.isConnected || seen(amount, more)) return;
    // Of an answer that ended behind its head there is nothing, and that is no beginning either.
    stalls = amount >= 0 && amount === before ? stalls + 1 : 0;
    before = amount;
    if (stalls === STALLS) cut();
    else look();
  }, LOOK_MS);
  look();
}
