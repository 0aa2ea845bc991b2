// What a reader sees of an email, measured in the page that the browser laid out.
window.probes = (() => {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const words = (element) => element.textContent.trim().slice(0, 60);

  const channels = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };

  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a !== 0) throw new Error("half-transparent background: contrast cannot be told");
    }
    return { r: 255, g: 255, b: 255, a: 1 };
  };

  const textNodes = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.data.trim() && node.parentElement.checkVisibility({ opacityProperty: true })) found.push(node);
    }
    return found;
  };

  return {
    // Every visible text: its size in CSS pixels, its colour and the (opaque) colour behind it.
    texts: () =>
      textNodes().map((node) => {
        const element = node.parentElement;
        const style = getComputedStyle(element);
        return {
          text: node.data.trim().slice(0, 60),
          tag: element.tagName,
          footer: element.closest(".footer") !== null,
          size: parseFloat(style.fontSize),
          family: style.fontFamily,
          colour: channels(style.color),
          behind: behind(element),
        };
      }),

    // Where the letters of each visible text are, on the page: text, left, top, right, bottom.
    inkBoxes: () =>
      textNodes().map((node) => {
        const range = document.createRange();
        range.selectNodeContents(node);
        const box = range.getClientRects()[0];
        const [x, y] = [window.scrollX, window.scrollY];
        return [node.data.trim().slice(0, 60), box.left + x, box.top + y, box.right + x, box.bottom + y];
      }),

    pageWidth: () => document.documentElement.scrollWidth,

    // Boxes whose content sticks out of them, over a neighbour or the edge.
    spilling: () =>
      all("td, th, p, li, h1, h2, a")
        .filter((e) => e.checkVisibility() && getComputedStyle(e).display !== "inline")
        .filter((e) => e.scrollWidth > e.clientWidth + 1)
        .map(words),

    card: () => {
      const box = document.querySelector(".card").getBoundingClientRect();
      return [box.left, box.width];
    },

    links: () =>
      all("a").map((link) => {
        const box = link.getBoundingClientRect();
        return { text: words(link), protocol: link.protocol, width: box.width, height: box.height };
      }),

    // Pairs of which the second must stand below the first, and begin at the same left edge: label and value.
    stacked: () =>
      all(".facts tr").map((row) => {
        const [first, second] = [...row.children].map((cell) => cell.getBoundingClientRect());
        return { text: words(row), below: second.top >= first.bottom - 1, aligned: second.left === first.left };
      }),

    // The total of an item stands beside its name, on the same line.
    beside: () =>
      all(".item").map((cell) => {
        const name = cell.querySelector(".item-name").getBoundingClientRect();
        const range = document.createRange();
        range.selectNode(cell.nextElementSibling.firstChild);
        const total = range.getBoundingClientRect();
        return { text: words(cell), right: total.left >= name.right, aligned: Math.abs(total.top - name.top) < 8 };
      }),

    // On which side of its cell each text of an item stands, beside the direction that its words have.
    sides: () =>
      all(".item-name, .item-description").map((text) => {
        const range = document.createRange();
        range.selectNodeContents(text);
        const lines = [...range.getClientRects()];
        const box = text.getBoundingClientRect();
        const left = Math.min(...lines.map((line) => line.left)) - box.left;
        const right = box.right - Math.max(...lines.map((line) => line.right));
        return { rtl: /^[\u0590-\u06ff]/.test(words(text)), left, right };
      }),

    rightEdges: () =>
      all(".items tr > :last-child").map((cell) =>
        Math.round(cell.getBoundingClientRect().right),
      ),

    // Direction and isolation of every element that begins with Arabic words.
    rightToLeft: () =>
      all("[dir=auto]")
        .filter((e) => /^[\u0600-\u06ff]/.test(words(e)))
        .map((e) => [getComputedStyle(e).direction, getComputedStyle(e).unicodeBidi]),

    // Words in Hebrew, Arabic or Chinese script that do not choose their own direction.
    undirected: () =>
      textNodes()
        .filter((node) => /[\u0590-\u06ff\u4e00-\u9fff]/.test(node.data))
        .filter((node) => !node.parentElement.closest("[dir=auto]"))
        .map((node) => node.data),

    elements: () => [...new Set(all("*").map((e) => e.tagName))].sort(),

    attributes: () => [...new Set(all("*").flatMap((e) => e.getAttributeNames()))].sort(),
  };
})();
