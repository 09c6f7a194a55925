/*
 * What every part of the shop's page uses: elements, words in both languages, money, the catalogue over HTTP.
 * Text is only ever written as text. A field that the catalogue does not give is simply absent.
 */
export const $ = (id) => document.getElementById(id);

export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name in node) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children.flat().filter((child) => child != null && child !== ""));
  return node;
}

/** What this browser remembers; a browser may refuse to. */
export function recalled(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The shop works without it, until the page is left.
  }
}

export async function fetched(path, options) {
  const response = await fetch(path, options);
  if (!response.ok) throw Object.assign(new Error(path), { status: response.status });
  return response.json();
}

// ---- words -----------------------------------------------------------------------------------------------------

export const shop = { language: "en", words: {}, chinese: {} };

export async function learn(language) {
  const [words, ...chinese] = await Promise.all([
    import(`./shop-${language}.js`),
    ...(language === "zh" ? ["zh", "zh-descriptions"].map((name) => fetched(`/demo/${name}.json`).catch(() => ({}))) : []),
  ]);
  shop.language = language;
  shop.words = words.default;
  shop.chinese = language === "zh" ? { ...chinese[0], descriptions: chinese[1] } : {};
}

export const text = (key, values = {}) => (shop.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

/** The catalogue's own word in the page's language, where this shop has it; otherwise as the catalogue gives it. */
function inWords(kind, key, otherwise = key) {
  const known = shop.chinese[kind];
  return known && Object.hasOwn(known, key) ? known[key] : otherwise;
}

export const titleOf = ({ id, title }) => inWords("titles", id, title);
export const aboutOf = ({ id, description }) => inWords("descriptions", id, description);
export const categoryOf = (name) => inWords("categories", name);
export const nameOf = (name) => inWords("attributes", name);
export const valueOf = (value) =>
  inWords("values", value, value.replace(/(\d ?)([A-Za-z]+)\b/g, (_, figure, unit) => figure + inWords("units", unit)));

// ---- money: the catalogue counts minor units, events count major ones ------------------------------------------

const currency = (code) => new Intl.NumberFormat(shop.language, { style: "currency", currency: code, currencyDisplay: "narrowSymbol" });
export const major = (price) => price.amount / 10 ** currency(price.currency).resolvedOptions().maximumFractionDigits;
export const money = (price) => currency(price.currency).format(major(price));

// ---- pieces that several pages show ----------------------------------------------------------------------------

export function picture(product) {
  const node = h("div", { className: "picture" }, h("span", { ariaHidden: "true" }, [...titleOf(product)][0] ?? ""));
  const source = product.image_url;
  const address = source && URL.canParse(source, location) ? new URL(source, location) : null;
  if (address && /^https?:$/.test(address.protocol)) {
    node.append(h("img", { alt: "", width: 320, height: 320, loading: "lazy", onerror: (event) => event.target.remove(), src: address.href }));
  }
  return node;
}

export function reduced({ price, list_price: before }) {
  return price && before && before.currency === price.currency && before.amount > price.amount ? before : null;
}

export function worth(product) {
  const { price, rating } = product;
  const before = reduced(product);
  const amount = price && h("p", { className: before ? "price sale" : "price" }, money(price), before && h("s", {}, money(before)));
  const count = rating?.count == null ? "" : ` (${rating.count})`;
  const stars = rating && h("p", { className: "rating" }, h("span", { className: "star", ariaHidden: "true" }, "★ "), rating.value.toFixed(1), count);
  return h("div", { className: "worth" }, amount, stars);
}

export function tile(product) {
  const { availability, brand } = product;
  const before = reduced(product);
  const image = picture(product);
  const badge = (kind, words) => image.append(h("span", { className: `badge ${kind}` }, words));
  if (["out_of_stock", "preorder"].includes(availability)) badge(availability, text(`badge_${availability}`));
  else if (before) badge("sale", text("badge_sale", { percent: Math.round(100 - (100 * product.price.amount) / before.amount) }));
  const link = h("a", { href: `#/product/${encodeURIComponent(product.id)}`, dir: "auto" }, titleOf(product));
  return h("li", { className: "item" }, image, h("p", { className: "brand", dir: "auto" }, brand ?? ""), h("h3", {}, link), worth(product));
}

export const grid = (products) => h("ul", { className: "grid" }, products.map(tile));
