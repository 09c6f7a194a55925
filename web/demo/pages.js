/* The shop's pages, each drawn from what the catalogue says: home, a department with filters, a product, the check-out. */
import { buy, cart, fare, put, summary, total } from "./cart.js";
import { aboutOf, categoryOf, fetched, grid, h, major, money, nameOf, picture, text, titleOf, valueOf, worth } from "./lib.js";

const PAGE = 24; // shown at a time
const WHOLE = 300; // products that the home page looks at: all of a small shop
const SORTS = ["shop", "low", "high", "rated"];
const GROUPS = 4; // attributes to filter by
const VALUES = 8; // of one attribute
const WINDOW = ["FS-1001", "FS-1904", "FS-2206"]; // what stands in the shop's window

const heading = (words) => h("h2", {}, words);
const notice = (key) => h("p", { className: "state", role: "status" }, text(key));

// ---- home ------------------------------------------------------------------------------------------------------

let whole = null;

/** The first products of the shop, with the counts of its categories. */
async function everything() {
  if (whole) return whole;
  const pages = await Promise.all(Array.from({ length: WHOLE / 100 }, (_, at) => fetched(`/v1/products?limit=100&offset=${100 * at}`)));
  return (whole = { products: pages.flatMap((page) => page.products), categories: pages[0].categories ?? {} });
}

/** General categories with their counts and a picture: a name that some product has as a narrower one is left out. */
function departments({ products, categories }) {
  const narrow = new Set(products.flatMap((product) => product.categories?.slice(1) ?? []));
  return Object.entries(categories)
    .filter(([name]) => !narrow.has(name))
    .map(([name, count]) => ({ name, count, sample: products.find((product) => product.categories?.[0] === name && product.image_url) }));
}

export async function home(chat) {
  const all = await everything();
  const { products } = all;
  const stocked = products.filter((product) => product.availability !== "out_of_stock");
  const bargains = stocked.filter((product) => product.list_price && product.price);
  const best = stocked.filter((product) => product.rating?.count > 60).sort((a, b) => b.rating.value - a.rating.value || b.rating.count - a.rating.count);
  const spread = (list) => list.filter(({ categories }, at) => list.findIndex((other) => other.categories?.[0] === categories?.[0]) === at);
  const starters = text("starters").split("|").map((words) => h("button", { type: "button", onclick: () => chat.ask(words) }, words));
  const shown = products.filter(({ id }) => WINDOW.includes(id));
  const tiles = departments(all).map(({ name, count, sample }) =>
    h("li", {}, h("a", { href: `#/c/${encodeURIComponent(name)}`, dir: "auto" }, sample ? picture(sample) : "", h("span", {}, categoryOf(name)), h("small", {}, String(count)))),
  );
  const row = (key, list) => (list.length > 3 ? h("section", {}, heading(text(key)), grid(list.slice(0, 4))) : "");
  return [
    h(
      "section", { className: "hero" },
      h("div", {}, h("h1", {}, text("headline")), h("p", {}, text("lede")), h("div", { className: "starters", role: "group", ariaLabel: text("try") }, starters)),
      shown.length === WINDOW.length ? h("div", { className: "collage", ariaHidden: "true" }, shown.map(picture)) : "",
    ),
    tiles.length ? h("section", {}, h("div", { className: "over" }, heading(text("categories")), h("a", { href: "#/c/" }, text("all"))), h("ul", { className: "departments" }, tiles)) : "",
    row("reduced", spread(bargains)),
    row("loved", spread(best)),
    products.length ? "" : notice("none"),
  ];
}

// ---- a department ----------------------------------------------------------------------------------------------

export async function department(name, query, go) {
  const chosen = new URLSearchParams(query);
  const sort = SORTS.includes(chosen.get("sort")) ? chosen.get("sort") : "shop";
  const asked = new URLSearchParams([...chosen].filter(([key]) => key !== "sort"));
  if (name) asked.set("category", name);
  const page = (offset) => fetched(`/v1/products?${asked}&limit=100&offset=${offset}`);
  const { products, total: count, facets = {} } = await page(0);
  const change = (edit) => {
    const next = new URLSearchParams(chosen);
    edit(next);
    go(name, next);
  };
  // Only what is here as a whole can be put into order here.
  const sortable = count <= products.length;
  const ordered = sortable ? sorted(products, sort) : products;
  const place = h("div", {}, grid(ordered.slice(0, PAGE)));
  const more = h("button", { type: "button", className: "button" }, text("more"));
  more.hidden = count <= PAGE;
  more.onclick = async () => {
    const list = place.firstChild;
    if (list.children.length + PAGE > ordered.length && ordered.length < count) ordered.push(...(await page(ordered.length)).products);
    list.append(...grid(ordered.slice(list.children.length, list.children.length + PAGE)).children);
    more.hidden = list.children.length >= count;
  };
  const select = h("select", { id: "sort", onchange: ({ target }) => change((next) => next.set("sort", target.value)) }, SORTS.map((key) => h("option", { value: key, selected: key === sort }, text(`sort_${key}`))));
  const order = sortable && count > 1 ? h("label", { className: "sort" }, `${text("sort")} `, select) : "";
  const used = [...chosen].filter(([key]) => key !== "sort" && key !== "currency").length;
  const panel = h("details", { className: "filters", open: used > 0 || matchMedia("(min-width: 900px)").matches }, h("summary", {}, used ? `${text("filter")} (${used})` : text("filter")), groups(facets, chosen, change));
  if (used) panel.append(h("button", { type: "button", className: "plain", onclick: () => go(name, new URLSearchParams()) }, text("clear")));
  return [
    h("nav", { className: "crumbs" }, h("a", { href: "#/" }, text("shop")), h("span", {}, name ? categoryOf(name) : text("all"))),
    h("div", { className: "over" }, h("h1", {}, name ? categoryOf(name) : text("all")), h("p", { className: "count", role: "status" }, count === 1 ? text("items_one") : text("items", { n: count })), order),
    h("div", { className: "listing" }, panel, h("div", {}, h("h2", { className: "away" }, name ? categoryOf(name) : text("all")), count ? place : notice("none"), h("p", { className: "more" }, more))),
  ];
}

function sorted(products, sort) {
  const price = ({ price }) => (price ? major(price) : Infinity);
  const by = {
    shop: () => 0,
    low: (a, b) => price(a) - price(b),
    high: (a, b) => (b.price ? price(b) : -1) - (a.price ? price(a) : -1),
    rated: (a, b) => (b.rating?.value ?? 0) - (a.rating?.value ?? 0),
  };
  return [...products].sort(by[sort]);
}

function groups(facets, chosen, change) {
  const group = (title, ...boxes) => h("fieldset", {}, h("legend", {}, title), ...boxes);
  const box = (key, value, label, count, type = "checkbox") => {
    const on = value === "" ? !chosen.has(key) : chosen.getAll(key).includes(value);
    const onchange = ({ target }) => change((next) => {
      if (type === "radio") next.delete(key);
      if (!target.checked) next.delete(key, value);
      else if (value) next.append(key, value);
      if (key === "price_max") next.set("currency", code);
    });
    return h("label", {}, h("input", { type, name: key, value, checked: on, disabled: !count && !on && count !== undefined, onchange }), h("span", { dir: "auto" }, label), count === undefined ? "" : h("small", {}, String(count)));
  };
  const [code, span] = Object.entries(facets.prices ?? {})[0] ?? [];
  const steps = span ? [2500, 5000, 10000, 20000, 50000].filter((step) => step > span.low && step < span.high) : [];
  const attributes = Object.entries(facets.attributes ?? {})
    .filter(([name, values]) => chosen.getAll("attribute").some((pair) => pair.startsWith(`${name}:`)) || usable(values, facets.count))
    .sort(([, a], [, b]) => sum(b) - sum(a))
    .slice(0, GROUPS);
  const brands = Object.entries(facets.brands ?? {}).sort(([a], [b]) => a.localeCompare(b));
  return h(
    "div", { className: "groups" },
    group(text("stock"), box("in_stock", "true", text("stock_only"), facets.availability?.in_stock ?? 0)),
    steps.length ? group(text("price"), box("price_max", "", text("any_price"), undefined, "radio"), ...steps.map((step) => box("price_max", String(step), text("up_to", { price: money({ amount: step, currency: code }) }), undefined, "radio"))) : "",
    brands.length > 1 ? group(text("brand"), ...brands.slice(0, 12).map(([brand, count]) => box("brand", brand, brand, count))) : "",
    ...attributes.map(([name, values]) => group(nameOf(name), ...Object.entries(values).sort(([, a], [, b]) => b - a).slice(0, VALUES).map(([value, count]) => box("attribute", `${name}:${value}`, valueOf(value), count)))),
  );
}

const sum = (values) => Object.values(values).reduce((all, count) => all + count, 0);
/** An attribute that tells products apart: several values, that several products share. */
const usable = (values, count) => Object.keys(values).length > 1 && sum(values) >= count / 2 && Object.values(values).filter((n) => n > 1).length > 1;

// ---- a product -------------------------------------------------------------------------------------------------

export async function product(id, chat, report) {
  let found;
  try {
    found = await fetched(`/v1/products/${encodeURIComponent(id)}`);
  } catch (error) {
    return [h("nav", { className: "crumbs" }, h("a", { href: "#/" }, text("shop"))), notice(error.status === 404 ? "gone" : "failed")];
  }
  report("view_item", [found]);
  const [general, narrow] = found.categories ?? [];
  const alike = narrow ? (await fetched(`/v1/products?limit=5&category=${encodeURIComponent(narrow)}`).catch(() => ({ products: [] }))).products.filter((other) => other.id !== id) : [];
  const rows = Object.entries(found.attributes ?? {}).flatMap(([name, values]) => [h("dt", { dir: "auto" }, nameOf(name)), h("dd", { dir: "auto" }, values.map(valueOf).join(" · "))]);
  return [
    h("nav", { className: "crumbs" }, h("a", { href: "#/" }, text("shop")), general ? h("a", { href: `#/c/${encodeURIComponent(general)}` }, categoryOf(general)) : "", narrow ? h("a", { href: `#/c/${encodeURIComponent(narrow)}` }, categoryOf(narrow)) : ""),
    h(
      "article", { className: found.image_url ? "product" : "product wordy" },
      found.image_url ? picture(found) : "",
      h(
        "div", { className: "facts" },
        found.brand ? h("p", { className: "brand", dir: "auto" }, found.brand) : "",
        h("h1", { dir: "auto" }, titleOf(found)),
        ...offer(found),
        h("button", { type: "button", className: "button", onclick: () => chat.ask(text("ask_words", { title: titleOf(found) })) }, text("ask_about")),
        found.description ? h("p", { className: "about", dir: "auto" }, aboutOf(found)) : "",
        rows.length ? h("h2", {}, text("details")) : "",
        rows.length ? h("dl", {}, rows) : "",
      ),
    ),
    reviews(found),
    alike.length ? h("section", {}, heading(text("alike", { category: categoryOf(narrow) })), grid(alike.slice(0, 4))) : "",
  ];
}

/** Price, choice of variant, stock and the button: what changes with the choice. */
function offer(found) {
  const variants = found.variants ?? [];
  const [name] = Object.keys(variants[0]?.options ?? {});
  const place = h("div", {});
  const draw = (variant) => {
    const availability = variant?.availability ?? found.availability;
    const gone = availability === "out_of_stock";
    const choices = variants.map((one) => {
      const words = Object.values(one.options).map(valueOf).join(", ");
      const sold = one.availability === "out_of_stock";
      const label = h("label", { className: sold ? "choice sold" : "choice" }, h("input", { type: "radio", name: "variant", checked: one === variant, onchange: () => draw(one) }), h("span", { dir: "auto" }, words), sold ? h("span", { className: "away" }, ` (${text("badge_out_of_stock")})`) : "");
      return label;
    });
    const focused = place.contains(document.activeElement);
    place.replaceChildren(
      worth({ ...found, price: variant?.price ?? found.price }),
      ...(choices.length ? [h("fieldset", { className: "choices" }, h("legend", {}, text("choose", { name: nameOf(name) })), choices)] : []),
      ...(availability ? [h("p", { className: `stock ${availability}`, role: "status" }, text(availability))] : []),
      h("button", { type: "button", className: "button main", disabled: gone, onclick: () => put(found, variant) }, text(gone ? "out_of_stock" : "add")),
    );
    if (focused) place.querySelector("input:checked")?.focus();
  };
  draw(variants.find((one) => one.availability !== "out_of_stock") ?? variants[0]);
  return [place];
}

function reviews({ reviews: said = [], rating }) {
  if (!said.length) return "";
  const stars = (count) => h("span", { className: "stars", role: "img", ariaLabel: `${count} / 5` }, "★".repeat(Math.round(count)), h("i", {}, "★".repeat(5 - Math.round(count))));
  const quotes = said.map((one) => h("blockquote", { dir: "auto" }, one.rating == null ? "" : stars(one.rating), h("p", {}, one.text)));
  const summary = rating ? h("p", { className: "count" }, stars(rating.value), ` ${text("rated", { value: rating.value.toFixed(1), count: rating.count ?? said.length })}`) : "";
  return h("section", {}, h("div", { className: "over" }, heading(text("reviews")), summary), text("original") ? h("p", { className: "count" }, text("original")) : "", h("div", { className: "reviews" }, quotes));
}

// ---- the check-out ---------------------------------------------------------------------------------------------

export function checkout() {
  if (!cart.length) return [h("h1", {}, text("pay_title")), h("p", {}, text("empty")), h("p", {}, h("a", { className: "button", href: "#/" }, text("onward")))];
  const field = (key, autocomplete) => h("label", {}, text(key), h("input", { required: true, autocomplete, dir: "auto", maxLength: 200 }));
  const form = h("form", { className: "pay" }, field("pay_name", "name"), field("pay_address", "street-address"), h("p", { className: "quiet" }, text("pay_note")), h("button", { className: "button main" }, text("pay")));
  form.onsubmit = (event) => {
    event.preventDefault();
    buy();
    location.hash = `#/thanks/${Date.now().toString(36).toUpperCase()}`;
  };
  const lines = cart.map((line) => h("li", { className: "line" }, picture(line), summary(line), h("span", { className: "price" }, `${line.quantity} × `, line.price ? money(line.price) : "")));
  return [
    h("h1", {}, text("pay_title")),
    h("div", { className: "checkout" }, form, h("aside", {}, h("ul", {}, lines), h("p", { className: "total" }, text("delivery"), h("span", {}, fare() || text("free"))), h("p", { className: "total" }, text("total"), h("b", {}, total(true))))),
  ];
}

export const thanks = (number) => [h("h1", {}, text("thanks")), h("p", {}, text("thanks_text", { number })), h("p", {}, h("a", { className: "button", href: "#/" }, text("onward")))];
