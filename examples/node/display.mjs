// What readers see of dates, amounts and codes, for any Mustache engine in Node: by the rules in the release.
//
//   const bundle = JSON.parse(…);                  // releases/{id}/bundle.json; current.json says which id
//   const shown = displayValues(bundle, "receipts/receipt", data, "af");   // the language of the mail
//   Mustache.render(html, shown);
//
// Without it a template prints the values as they were sent. What cannot be shown stays as it is, as in Python.

/**
 * `data` of the template `name` with display values; what was sent stays under its name and `:raw`. `locale` is
 * the language of the mail, without one the set's own.
 */
export function displayValues(bundle, name, data, locale = bundle.locale ?? "") {
  const { contract } = bundle.templates[name];
  const tag = bestOf(locale, Object.keys(bundle.display ?? {}));
  if (!tag || !contract) return data;
  const shows = kinds(bundle.display[tag], bundle.timeZoneRules, locale);

  function prepared(schema, value, around) {
    const found = views(contract, schema);
    if (Array.isArray(value)) {
      const items = found.find((view) => view.items)?.items;
      return items ? value.map((each) => shown(items, each, around) ?? prepared(items, each, around)) : value;
    }
    if (value === null || typeof value !== "object") return value;
    const scopes = [value, ...around];
    const made = { ...value };
    for (const [field, member] of found.flatMap((view) => Object.entries(view.properties ?? {}))) {
      const sent = value[field];
      if (sent === undefined || sent === null || `${field}:raw` in made) continue;
      if (declared(member)) made[`${field}:raw`] = sent;
      made[field] = shown(member, sent, scopes) ?? prepared(member, made[field], scopes);
    }
    return made;
  }

  function declared(schema) {
    const display = views(contract, schema).find((view) => "x-display" in view)?.["x-display"];
    return typeof display === "string" ? { kind: display } : display;
  }

  function shown(schema, sent, scopes) {
    const display = declared(schema);
    const text = typeof sent === "string" || (Number.isInteger(sent) && sent) ? String(sent) : null;
    return text === null ? undefined : shows[display?.kind]?.(text, display, scopes);
  }

  return prepared(contract, data, []);
}

function views(root, schema, found = []) {
  if (!schema || typeof schema !== "object" || found.includes(schema)) return found;
  found.push(schema);
  if (schema.$ref?.startsWith("#/")) views(root, schema.$ref.slice(2).split("/").reduce(step, root), found);
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const dependent = Object.values(schema.dependentSchemas ?? {});
  for (const part of [...parts, ...dependent, schema.then, schema.else]) views(root, part, found);
  return found;
}

/** The tag among `offered` for whoever asks for `wanted`, "" for none: the lookup of RFC 4647, section 3.4. */
export function bestOf(wanted, offered) {
  const known = new Map(offered.map((tag) => [tag.toLowerCase(), tag]));
  let tag = String(wanted ?? "").toLowerCase().replaceAll("_", "-");
  while (tag && !known.has(tag)) tag = tag.replace(/(^|-)[^-]*$/, "").replace(/-[^-]$/, "");
  return known.get(tag) ?? "";
}

const step = (schema, part) => schema?.[decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")];

function kinds(rules, zone, locale) {
  const day = (text, { width = "long" }) => {
    const [, y, m, d] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
    const at = y ? moment(y, m, d, 0, 0) : local(text);
    return at && written(rules.date[width], at);
  };
  const word = (words, tag) =>
    typeof words === "string" ? words : words?.[bestOf(tag, Object.keys(words ?? {}))];

  function local(text) {
    const form = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):\d\d(?:\.\d+)?(?:[Zz]|([+-])(\d\d):(\d\d))$/;
    const [match, y, m, d, h, min, sign, oh, om] = form.exec(text) ?? [];
    const at = match && h < 24 && min < 60 && moment(y, m, d, h, min);
    if (!at || !zone) return undefined;
    const seconds = at.getTime() / 1000 - (sign ? Number(`${sign}1`) * (oh * 3600 + om * 60) : 0);
    const [, offset] = zone.offsets.findLast(([since]) => since <= seconds) ?? [];
    return offset === undefined || seconds >= zone.until ? undefined : new Date((seconds + offset) * 1000);
  }

  function written(parts, at) {
    const [y, m, d, h, min] = [at.getUTCFullYear(), at.getUTCMonth() + 1, at.getUTCDate(), at.getUTCHours(), at.getUTCMinutes()];
    const two = (number) => String(number).padStart(2, "0");
    const numbers = { y, yy: two(y % 100), M: m, MM: two(m), d, dd: two(d), H: h, HH: two(h), m: min, mm: two(min) };
    numbers.h = (h + 11) % 12 + 1;
    numbers.hh = two(numbers.h);
    const name = (field) => {
      const table = rules.names[field];
      if ("ML".includes(field[0])) return table[m - 1];
      if ("Ec".includes(field[0])) return table[(at.getUTCDay() + 6) % 7];
      return table.findLast(([since]) => since <= h * 60 + min)[1];
    };
    return parts.map((part, index) => (index % 2 ? numbers[part] ?? name(part) : part)).join("");
  }

  function number(text, how, affix = (part) => part, places = 0) {
    const [match, minus, whole, digits = ""] = /^(-?)0*(\d+?)(?:\.(\d+))?$/.exec(text.slice(0, 201)) ?? [];
    if (match !== text || text.length > 200) return undefined;
    const [last, other] = how.grouping;
    const groups = [whole.slice(-last)];
    for (let end = whole.length - last; end > 0; end -= other) groups.unshift(whole.slice(Math.max(0, end - other), end));
    const fraction = digits.slice(0, places).padEnd(places, "0") + digits.slice(places).replace(/0+$/, "");
    const [before, behind] = (minus ? how.negative : how.positive).map(affix);
    return before + groups.join(how.group) + (fraction && how.decimal + fraction) + behind;
  }

  return {
    date: day,
    "date-time": (text, { width = "long" }) => {
      const at = local(text);
      return at && written(rules.dateTime[width], at);
    },
    number: (text) => number(text, rules.number),
    money: (text, { currency, currencyField }, scopes) => {
      const code = currency ?? scopes.find((scope) => Object.hasOwn(scope, currencyField))?.[currencyField];
      if (typeof code !== "string" || !/^[A-Z]{3}$/.test(code)) return undefined;
      const { symbols, digits } = rules.money;
      return number(text, rules.money, (part) => part.replaceAll("¤", symbols[code] ?? code), digits[code] ?? 2);
    },
    choice: (text, { words, open }) => {
      const found = Object.hasOwn(words, text) ? word(words[text], locale) : undefined;
      if (typeof found === "string" && found) return found;
      if (!open || !/^[A-Za-z0-9]+([_-][A-Za-z0-9]+)*$/.test(text)) return undefined;
      const readable = text.replace(/[_-]/g, " ").toLowerCase();
      return readable[0].toUpperCase() + readable.slice(1);
    },
  };
}

/** A moment as UTC has it; undefined for a day that does not exist. */
function moment(...sent) {
  const [y, m, d, h, min] = sent.map(Number);
  const at = new Date(0);
  at.setUTCFullYear(y, m - 1, d);
  at.setUTCHours(h, min);
  return y > 0 && at.getUTCMonth() === m - 1 && at.getUTCDate() === d ? at : undefined;
}
