/* What a reader sees of a page, in the order in which it is shown, by the browser's own layout.
 *
 * Returns a list of pieces: {word} for text without blanks, {alt} for what an image means, {url} where a link
 * ends, {mark} before a list item that has one. `glued` says that no reader could tell a word from the one
 * before it: no blank, and no distance on the same line. Words of column headings carry `heading`.
 */
() => {
  const LEAST = 1; // pixels
  const APART = 2.5;
  const FAR = 3000; // nobody scrolls further to the right
  const DEEP = 60000; // nor further down
  const pieces = [];
  const orders = { "table-caption": -2, "table-header-group": -1, "table-footer-group": 1 };
  let lastBox = null;
  let blank = true;
  let stuck = false; // to a text that a stylesheet writes

  const shown = element => {
    if (element.closest("defs, symbol, marker, pattern, clipPath, mask")) return false;
    for (let around = element; around; around = around.parentElement)
      if (/opacity\(0/.test(getComputedStyle(around).filter)) return false;
    const style = getComputedStyle(element);
    if (style.display === "contents") return style.visibility === "visible" && shown(element.parentElement);
    return (style.contentVisibility !== "hidden" || style.display === "inline") && element.checkVisibility({
      opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true,
    });
  };

  const colourless = style => {
    const alpha = /^rgba\(.*,\s*0\)$/.test(style.color);
    return alpha && style.webkitBackgroundClip !== "text";
  };

  /* Whether something of a box lies on the page and is cut off by none of the elements around it. */
  const reachable = (element, box) => {
    let { left, top, right, bottom } = box;
    const within = (edges) => {
      left = Math.max(left, edges.left); top = Math.max(top, edges.top);
      right = Math.min(right, edges.right); bottom = Math.min(bottom, edges.bottom);
    };
    const across = Math.max(innerWidth, Math.min(document.documentElement.scrollWidth, FAR));
    // A page that is as high as its window has grown with it.
    const down = Math.max(innerHeight, Math.min(document.documentElement.scrollHeight, DEEP));
    const turned = [document.body, document.documentElement].some(each => getComputedStyle(each).direction === "rtl");
    within({ left: turned ? innerWidth - across : 0, top: 0, right: turned ? innerWidth : across, bottom: down });
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around), edges = around.getBoundingClientRect();
      const clips = style.overflowX !== "visible" || style.overflowY !== "visible";
      if (clips && !/^(inline|contents|table.*)$/.test(style.display)) within(edges);
      const clip = /^rect\((.*)\)$/.exec(style.clip);
      if (clip && ["absolute", "fixed"].includes(style.position)) {
        const [up, far, down, near] = clip[1].split(/[ ,]+/).map(side => parseFloat(side));
        within({ left: edges.left + near, top: edges.top + up, right: edges.left + far, bottom: edges.top + down });
      }
      if (style.clipPath !== "none") {
        const hits = document.elementsFromPoint((left + right) / 2, (top + bottom) / 2);
        if (!hits.some(hit => around.contains(hit))) return false;
      }
    }
    return right - left > LEAST && bottom - top > LEAST;
  };

  const range = document.createRange();
  const boxesOf = (node, start, end) => {
    range.setStart(node, start);
    range.setEnd(node, end);
    return [...range.getClientRects()].filter(box => box.width > 0 && box.height > 0);
  };

  const isGlued = (box, fromRight) => {
    if (blank || box === null) return false;
    if (stuck) return true;
    if (lastBox === null) return false;
    const overlap = Math.min(box.bottom, lastBox.bottom) - Math.max(box.top, lastBox.top);
    if (overlap <= 0) return false;
    if (fromRight && lastBox.left - box.right < APART && box.left < lastBox.left) return true;
    return box.left - lastBox.right < APART && box.left > lastBox.left;
  };

  const add = (piece, first, last, fromRight = false) => {
    pieces.push({ ...piece, glued: isGlued(first, fromRight) });
    lastBox = last;
    blank = stuck = false;
  };

  /* Whether a cell stands in a row of headings with rows of values below it. */
  const headsColumn = cell => {
    const row = cell && cell.closest("tr"), table = cell && cell.closest("table");
    if (!row || ![...row.cells].every(each => each.tagName === "TH" || each.closest("thead"))) return false;
    return row.cells.length > 1 && [...table.rows].some(
      other => other !== row && [...other.cells].some(each => each.tagName === "TD" && !each.closest("thead")));
  };

  const readText = node => {
    const element = node.parentElement;
    const folded = element.tagName === "DETAILS" && !element.open; // words beside its <summary>
    const visible = !folded && shown(element) && !colourless(getComputedStyle(element));
    const sized = parseFloat(getComputedStyle(element).fontSize) > 0;
    const fromRight = getComputedStyle(element).direction === "rtl";
    const heading = headsColumn(element.closest("th, thead td"));
    for (const match of node.data.matchAll(/\s+|[^\s]+/g)) {
      if (/^\s/.test(match[0])) { blank = blank || sized; continue; }
      if (!visible) continue;
      const boxes = boxesOf(node, match.index, match.index + match[0].length);
      if (!boxes.some(box => reachable(element, box))) continue;
      add({ word: match[0], heading }, boxes[0], boxes[boxes.length - 1], fromRight);
    }
  };

  /* Whether nothing around an element that may not have come yet cuts all of it off. */
  const hasRoom = element => {
    for (let around = element; around && around !== document.body; around = around.parentElement) {
      const style = getComputedStyle(around), box = around.getBoundingClientRect();
      if (style.overflowX === "clip" && around === element) continue; // as every image has it
      const cuts = style.overflowX !== "visible" && !/^(inline|contents|table.*)$/.test(style.display);
      const limits = [style.maxHeight, style.maxWidth, style.height, style.width].map(parseFloat);
      if (cuts && limits.some(limit => limit <= LEAST) && Math.min(box.width, box.height) <= LEAST) return false;
    }
    return true;
  };

  /* Whether the style of a picture makes a pixel of it, which nobody sees, whatever its attributes say. */
  const isDot = element => element.tagName === "IMG" && ["width", "height"].every(name => {
    // Of a picture that has not come, what shows is its text, which has no computed size.
    const most = `max${name[0].toUpperCase()}${name.slice(1)}`, style = getComputedStyle(element);
    return [element.style[name], element.style[most], style[most]].some(
      size => /^[\d.]+(px)?$/.test(size) && parseFloat(size) <= 1);
  });

  const readImage = element => {
    const box = element.getBoundingClientRect();
    if (!hasRoom(element)) return;
    const declared = name => element.hasAttribute(name) ? parseInt(element.getAttribute(name)) : NaN;
    if (!shown(element) || declared("width") <= 1 || declared("height") <= 1 || isDot(element)) return;
    const decorates = ["presentation", "none"].includes(element.getAttribute("role"));
    const silent = decorates || element.getAttribute("aria-hidden") === "true";
    blank = true;
    for (const word of silent ? [] : (element.alt || "").trim().split(/\s+/).filter(Boolean)) {
      add({ alt: word }, null, box);
      blank = true;
    }
    drawn += 1;
    blank = true;
  };

  const readField = element => {
    if (!shown(element) || colourless(getComputedStyle(element)) || !reachable(element, element.getBoundingClientRect())) return;
    if (parseFloat(getComputedStyle(element).fontSize) < LEAST) return;
    const texts = {
      SELECT: () => (element.multiple || element.size > 1
        ? [...element.querySelectorAll("option, optgroup")].filter(each => getComputedStyle(each).display !== "none")
        : [...element.selectedOptions]).map(each => each.label).join(" "),
      TEXTAREA: () => element.value,
      INPUT: () => ["hidden", "checkbox", "radio", "range", "color", "file", "password", "image"]
        .includes(element.type) ? "" : element.value || element.placeholder,
    };
    blank = true;
    for (const word of texts[element.tagName]().split(/\s+/).filter(Boolean)) {
      add({ word }, null, element.getBoundingClientRect());
      blank = true;
    }
  };

  /* What a stylesheet writes; where it stands no script can ask, so it is taken for glued to both sides. */
  const readGenerated = (element, side) => {
    if (["BR", "WBR"].includes(element.tagName)) return; // which show none, whatever their style says
    const style = getComputedStyle(element, side), own = getComputedStyle(element);
    if (["none", "normal"].includes(style.content) || style.display === "none" || own.display === "contents") return;
    if (["left", "top"].some(name => parseFloat(style[name]) < -FAR / 5)) return;
    if (!shown(element) || style.visibility !== "visible" || style.opacity === "0" || parseFloat(style.fontSize) < LEAST) return;
    if (colourless(style) || /opacity\(0/.test(style.filter) || !hasRoom(element)) return;
    const block = !style.display.startsWith("inline") || style.position === "absolute" || style.float !== "none";
    if (block) blank = true;
    const said = [...style.content.split(" / ")[0].replace(/url\("[^"]*"\)/g, '" "').matchAll(/"((?:\\.|[^"\\])*)"|(?:open|close)-quote/g)]
      .map(part => part[1] === undefined ? '"' : part[1]).join("").replace(/[\ue000-\uf8ff]/g, " ");
    const apart = ["marginLeft", "marginRight", "paddingLeft", "paddingRight"].some(name => parseFloat(style[name]) > APART);
    if (apart) blank = true;
    for (const part of said.matchAll(/\s+|[^\s]+/g)) {
      if (/^\s/.test(part[0])) { blank = true; continue; }
      pieces.push({ word: part[0], glued: !blank, heading: headsColumn(element.closest("th, thead td")) });
      blank = false;
      stuck = true;
    }
    if (block || apart) blank = true;
  };

  /* Whether nothing of an element is seen within a line but its letters. */
  const isFlat = element => {
    const style = getComputedStyle(element);
    if (style.display === "none") return true;
    return style.display === "inline" && !["IMG", "SVG"].includes(element.tagName.toUpperCase())
      && ["Left", "Right"].every(side => [style[`padding${side}`], style[`border${side}Width`]].every(each => parseFloat(each) === 0));
  };

  /* Whether a picture that has not come is drawn larger than the pixel that it would be. */
  const isPixel = element => {
    const [width, height] = ["width", "height"].map(name => parseInt(element.getAttribute(name)));
    return element.tagName === "IMG" && (isDot(element) || width <= 1 || (height <= 1 && Number.isNaN(width)));
  };

  /* Whether a link, or something in it that is not hidden, has a box that can be met. */
  const canBeMet = link => {
    const inside = [...link.querySelectorAll("*")];
    const isBlank = /^[ \t\r\n\f]+$/.test(link.textContent); // between words, and as wide as others
    if (isBlank && [link, ...inside].every(isFlat)) return false;
    const hidden = inside.filter(each => isPixel(each) || (!shown(each) && ![...each.querySelectorAll("*")].some(shown)));
    const styles = hidden.map(each => each.getAttribute("style"));
    for (const each of hidden) each.style.setProperty("display", "none", "important");
    const met = shown(link) && [link, ...inside].some(each => {
      const box = each.getBoundingClientRect();
      return shown(each) && box.width >= 2 && box.height >= 2 && reachable(each, box);
    });
    hidden.forEach((each, place) => {
      if (styles[place] === null) each.removeAttribute("style"); else each.setAttribute("style", styles[place]);
    });
    return met;
  };

  let drawn = 0;
  const readLink = element => {
    const before = pieces.length, images = drawn;
    readAll(element);
    const href = (element.getAttribute("href") || "").trim();
    const isArea = element.tagName === "AREA";
    if (isArea) for (const word of element.alt.split(/\s+/).filter(Boolean)) { blank = true; pieces.push({ alt: word }); }
    const empty = pieces.length === before && drawn === images;
    if (!href || href.startsWith("#") || /^javascript:/i.test(href)) return;
    if (empty && !isArea && !canBeMet(element)) return;
    pieces.push({ url: href, from: before });
    lastBox = null;
    blank = true;
  };

  const shownOrder = element => {
    const children = [...element.childNodes];
    if (!["table", "inline-table"].includes(getComputedStyle(element).display)) return children;
    const taken = new Set();
    const place = child => {
      if (child.nodeType !== 1) return 0;
      const display = getComputedStyle(child).display;
      const rank = display === "table-caption" && getComputedStyle(child).captionSide === "bottom" ? 2 : orders[display] || 0;
      if (rank === 0 || (taken.has(display) && display !== "table-caption")) return 0;
      taken.add(display);
      return rank;
    };
    const ranked = children.map((child, index) => [place(child), index, child]);
    return ranked.sort((a, b) => a[0] - b[0] || a[1] - b[1]).map(item => item[2]);
  };

  const readChildren = element => {
    for (const child of shownOrder(element)) read(child);
  };

  const readAll = element => {
    readGenerated(element, "::before");
    readChildren(element);
    readGenerated(element, "::after");
  };

  const read = node => {
    if (node.nodeType === 3) { readText(node); return; }
    if (node.nodeType !== 1) return;
    const name = node.tagName.toUpperCase();
    const style = getComputedStyle(node);
    if (name === "RP") { for (const word of node.textContent.split(/\s+/)) pieces.push({ word, glued: !blank }); return; }
    if (name === "TEMPLATE" || style.display === "none") return;
    if (name === "IMG" || (name === "INPUT" && node.type === "image")) { readImage(node); return; }
    if (["SELECT", "TEXTAREA", "INPUT"].includes(name)) { readField(node); return; }
    const block = !/^(inline|contents|ruby|math)/.test(style.display);
    if (block || name === "BR") blank = true;
    if (name === "WBR") stuck = !blank; // a word goes on behind it, on the next line if it has to
    if (style.display === "list-item" && style.listStyleType !== "none" && shown(node)) pieces.push({ mark: true });
    if (name === "A" || name === "AREA") readLink(node); else readAll(node);
    if (block) blank = true;
  };

  for (const animation of document.getAnimations()) { // what fades in is seen half way
    const { delay, duration } = animation.effect.getComputedTiming();
    animation.pause();
    animation.currentTime = delay + (Number.isFinite(duration) ? duration : 0) / 2;
  }
  readGenerated(document.documentElement, "::before");
  read(document.body);
  readGenerated(document.documentElement, "::after");
  return pieces;
}
