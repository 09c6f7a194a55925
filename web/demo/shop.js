/*
 * Fernhill Supply: the demo shop's page. Shows the catalogue, keeps a cart, and reports what the shopper does to the
 * assistant, as a shop's own page would. A field that the catalogue does not give is simply absent.
 */
const TEXT = {
  en: {
    skip: "Skip to the products", cart: "Cart", close: "Close", empty: "Nothing in it yet.", total: "Total", checkout: "Check out",
    headline: "For a weekend outdoors, and the house you come back to.",
    lede: "Tents, packs, coffee, sound, running shoes and lamps. Ask the assistant, or look around.",
    invented: "An invented shop: nothing here can be bought, and no card is charged.",
    more: "Show more", all: "Everything", back: "Back to the shop", reviews: "What shoppers say", add: "Add to cart", remove: "Remove",
    fewer: "One fewer", another: "One more", in_stock: "In stock", out_of_stock: "Sold out", preorder: "Preorder",
    added: "In your cart: {title}", thanks: "Thank you. Your order is a pretend one.", loading: "Loading…", gone: "This product is not in the shop.",
    failed: "The shop is not answering. Please try again in a moment.", none: "Nothing here.", categories: "Categories",
    greeting: "Hello, and welcome to Fernhill. What are you looking for? I will find it, and say why it fits.",
    starters: "A light tent for two|Coffee at home under $200|Something for a trail run in the rain",
  },
  zh: {
    skip: "跳到商品", cart: "购物车", close: "关闭", empty: "还没有商品。", total: "合计", checkout: "结账",
    headline: "周末走向户外，归来有一个舒适的家。",
    lede: "帐篷、背包、咖啡、音响、跑鞋和灯具。问问导购助手，或随意逛逛。",
    invented: "这是一家虚构的商店：不会真正售出商品，也不会扣款。",
    more: "显示更多", all: "全部", back: "返回商店", reviews: "顾客评价", add: "加入购物车", remove: "移除",
    fewer: "减一件", another: "加一件", in_stock: "有货", out_of_stock: "已售罄", preorder: "可预订",
    added: "已加入购物车：{title}", thanks: "谢谢。这只是一份模拟订单。", loading: "加载中…", gone: "本店没有这件商品。",
    failed: "商店没有响应，请刷新页面。", none: "这里没有商品。", categories: "分类",
    greeting: "您好，欢迎光临 Fernhill。您想找什么？我会帮您找到，并说明推荐理由。",
    starters: "两个人用的轻便帐篷|200 美元以内的家用咖啡器具|雨天越野跑穿什么",
  },
};
const PAGE = 24; // shown at a time
const CHUNK = 96; // fetched at a time: enough of a small shop to tell its general categories from the narrow ones
const FILTERS = 9;

const $ = (id) => document.getElementById(id);
const chat = $("chat");
const shop = { language: "en", category: null, products: [], total: 0, categories: {}, children: new Set(), showing: 0 };
const cart = recalled("fernhill:cart", []);

/** What this browser remembers; a browser may refuse to. */
function recalled(key, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

function remember(key, value) {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // The shop works without it, until the page is left.
  }
}

const text = (key, values = {}) => TEXT[shop.language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

function h(tag, props = {}, ...children) {
  const node = Object.assign(document.createElement(tag), props);
  node.append(...children.filter((child) => child != null));
  return node;
}

// ---- the catalogue's words in Chinese, where this shop has them; otherwise as the catalogue gives them -----------

let chinese = null;

async function learnChinese() {
  try {
    chinese = await fetched("/demo/zh.json");
  } catch {
    chinese = {};
  }
}

function inWords(kind, key) {
  const known = shop.language === "zh" ? chinese?.[kind] : null;
  return known && Object.hasOwn(known, key) ? known[key] : null;
}

const titleOf = (product) => inWords("titles", product.id) ?? product.title;
const valueOf = (value) => inWords("values", value) ?? value.replace(/(\d ?)([A-Za-z]+)\b/g, (all, figure, unit) => {
  const known = inWords("units", unit);
  return known ? figure + known : all;
});

// ---- money: the catalogue counts minor units, events count major ones ------------------------------------------

const currency = (code) => new Intl.NumberFormat(shop.language, { style: "currency", currency: code, currencyDisplay: "narrowSymbol" });
const major = (price) => price.amount / 10 ** currency(price.currency).resolvedOptions().maximumFractionDigits;
const money = (price) => currency(price.currency).format(major(price));

// ---- what the assistant is told --------------------------------------------------------------------------------

function report(name, lines) {
  const items = lines.map(({ id, price, quantity = 1 }) => ({ item_id: id, quantity, ...(price ? { price: major(price) } : {}) }));
  chat.report?.({ name, items });
}

// ---- the catalogue ---------------------------------------------------------------------------------------------

async function fetched(path) {
  const response = await fetch(path);
  if (!response.ok) throw Object.assign(new Error(path), { status: response.status });
  return response.json();
}

/** The next products of the chosen category, and with them its counts. */
async function load() {
  const asked = shop.category;
  if (!shop.products.length) shop.showing = PAGE;
  const query = new URLSearchParams({ limit: CHUNK, offset: shop.products.length, ...(asked ? { category: asked } : {}) });
  $("more").disabled = true;
  if (!shop.products.length) $("state").textContent = text("loading");
  try {
    const page = await fetched(`/v1/products?${query}`);
    if (asked !== shop.category) return;
    shop.products.push(...page.products);
    shop.total = page.products.length ? page.total : shop.products.length;
    if (!asked) shop.categories = page.categories ?? {};
    $("state").textContent = shop.total ? "" : text("none");
  } catch {
    $("state").textContent = text("failed");
  }
  $("more").disabled = false;
  drawFilters();
  drawGrid();
}

function showMore() {
  shop.showing += PAGE;
  if (shop.showing > shop.products.length && shop.products.length < shop.total) load();
  else drawGrid();
}

function choose(category) {
  shop.category = category;
  shop.products = [];
  $("grid").replaceChildren();
  load();
}

/** The general categories: a name that some product has as a narrower one is left out. */
function drawFilters() {
  for (const product of shop.products) for (const name of product.categories?.slice(1) ?? []) shop.children.add(name);
  const names = Object.entries(shop.categories).sort(([, a], [, b]) => b - a).map(([name]) => name);
  const general = names.filter((name) => !shop.children.has(name)).slice(0, FILTERS);
  const button = (label, category) => {
    const node = h("button", { type: "button", onclick: () => choose(category) }, label);
    node.setAttribute("aria-pressed", String(shop.category === category));
    return node;
  };
  const focused = [...$("filters").children].indexOf(document.activeElement);
  $("filters").replaceChildren(button(text("all"), null), ...general.map((name) => button(inWords("categories", name) ?? name, name)));
  $("filters").setAttribute("aria-label", text("categories"));
  $("filters").hidden = !general.length;
  $("filters").children[focused]?.focus();
}

function picture(product) {
  const node = h("div", { className: "picture" }, h("span", { ariaHidden: "true" }, [...titleOf(product)][0] ?? ""));
  let address = null;
  try {
    address = product.image_url && new URL(product.image_url, location);
  } catch {
    // Not an address: the initial stands in.
  }
  if (address && /^https?:$/.test(address.protocol)) {
    node.append(h("img", { src: address.href, alt: "", loading: "lazy", onerror: (event) => event.target.remove() }));
  }
  return node;
}

function badge(product) {
  const { availability } = product;
  return ["out_of_stock", "preorder"].includes(availability) ? h("span", { className: `badge ${availability}` }, text(availability)) : null;
}

function facts(product) {
  const { price, list_price: before, rating } = product;
  const sale = price && before && before.currency === price.currency && before.amount > price.amount;
  const amount = price && h("p", { className: sale ? "price sale" : "price" }, money(price), sale ? h("s", {}, money(before)) : null);
  const stars = rating && h("p", { className: "rating" }, `★ ${rating.value.toFixed(1)}${rating.count == null ? "" : ` (${rating.count})`}`);
  return h("div", { className: "facts" }, amount, stars);
}

function drawGrid() {
  const grid = $("grid");
  for (const product of shop.products.slice(grid.children.length, shop.showing)) {
    const image = picture(product);
    const tag = badge(product);
    if (tag) image.append(tag);
    const brand = h("p", { className: "brand", dir: "auto" }, product.brand ?? "");
    const link = h("a", { href: `#/product/${encodeURIComponent(product.id)}`, dir: "auto" }, titleOf(product));
    grid.append(h("li", { className: "item" }, image, brand, h("h2", {}, link), facts(product)));
  }
  grid.classList.toggle("wordy", !shop.products.some((product) => product.image_url));
  $("more").hidden = grid.children.length >= shop.total;
}

// ---- one product -----------------------------------------------------------------------------------------------

async function open(id) {
  const page = $("product");
  let product;
  try {
    product = shop.products.find((known) => known.id === id) ?? (await fetched(`/v1/products/${encodeURIComponent(id)}`));
  } catch (error) {
    page.replaceChildren(back(), h("p", {}, text(error.status === 404 ? "gone" : "failed")));
    return;
  }
  const key = `${location.hash}`;
  drawProduct(product);
  // A redraw for another language is not another look.
  if (shop.viewed !== key) report("view_item", [product]);
  shop.viewed = key;
}

const back = () => h("a", { className: "back", href: "#/" }, `← ${text("back")}`);

function drawProduct(product) {
  const soldOut = product.availability === "out_of_stock";
  const add = h("button", { type: "button", className: "button main", disabled: soldOut, onclick: () => put(product) }, text(soldOut ? "out_of_stock" : "add"));
  const stock = product.availability && !soldOut ? h("p", { className: "stock" }, text(product.availability)) : null;
  const about = product.description ? h("p", { className: "about", dir: "auto" }, product.description) : null;
  const rows = Object.entries(product.attributes ?? {}).flatMap(([name, values]) => [
    h("dt", { dir: "auto" }, inWords("attributes", name) ?? name),
    h("dd", { dir: "auto" }, values.map(valueOf).join(shop.language === "zh" ? "、" : ", ")),
  ]);
  const said = (product.reviews ?? []).map(({ rating, text: words }) =>
    h("blockquote", { dir: "auto" }, rating == null ? null : h("b", {}, "★".repeat(Math.round(rating))), words),
  );
  const right = h(
    "div", {},
    product.brand ? h("p", { className: "brand", dir: "auto" }, product.brand) : null,
    h("h1", { dir: "auto" }, titleOf(product)), facts(product), add, stock, about, rows.length ? h("dl", {}, ...rows) : null,
  );
  const reviews = said.length ? h("section", { className: "reviews" }, h("h2", {}, text("reviews")), ...said) : null;
  const image = product.image_url ? [picture(product)] : [];
  $("product").classList.toggle("wordy", !image.length);
  $("product").replaceChildren(back(), ...image, right, ...(reviews ? [reviews] : []));
  document.title = `${titleOf(product)} · Fernhill Supply`;
}

/** The address says what is shown: "#/product/ID", or a catalogue link of the same shape, or the shop. */
function route() {
  const found = location.hash.match(/^#\/product\/(.+)$/);
  $("shop").hidden = Boolean(found);
  $("product").hidden = !found;
  if (found) {
    $("product").replaceChildren(back(), h("p", {}, text("loading")));
    open(decodeURIComponent(found[1]));
    scrollTo(0, 0);
    return;
  }
  shop.viewed = null;
  document.title = "Fernhill Supply";
  if (!shop.products.length) load();
}

// ---- the cart --------------------------------------------------------------------------------------------------

function put(product) {
  const line = cart.find((known) => known.id === product.id);
  if (line) line.quantity += 1;
  else cart.push({ id: product.id, title: product.title, price: product.price ?? null, image_url: product.image_url ?? null, quantity: 1 });
  report("add_to_cart", [{ ...product, quantity: 1 }]);
  toast(text("added", { title: titleOf(product) }));
  drawCart();
}

function take(line, quantity) {
  line.quantity -= quantity;
  if (line.quantity < 1) cart.splice(cart.indexOf(line), 1);
  report("remove_from_cart", [{ ...line, quantity }]);
  drawCart();
}

function checkout() {
  report("purchase", cart);
  cart.length = 0;
  drawCart();
  $("cart").close();
  toast(text("thanks"));
}

function drawCart() {
  remember("fernhill:cart", cart);
  const count = cart.reduce((sum, line) => sum + line.quantity, 0);
  $("cart-count").textContent = count;
  $("cart-count").classList.toggle("some", count > 0);
  $("cart-empty").hidden = count > 0;
  $("checkout").disabled = count === 0;
  $("cart-lines").replaceChildren(...cart.map(drawLine));
  const codes = new Set(cart.map((line) => line.price?.currency));
  const [code] = codes;
  const sum = cart.reduce((all, line) => all + (line.price?.amount ?? 0) * line.quantity, 0);
  // A total over two currencies, or over a price that is not known, would be a wrong figure.
  $("cart-total").textContent = codes.size === 1 && code ? money({ amount: sum, currency: code }) : "";
}

function drawLine(line) {
  const step = (label, sign, onclick) => h("button", { type: "button", className: "plain", ariaLabel: `${label}: ${titleOf(line)}`, onclick }, sign);
  const another = () => {
    line.quantity += 1;
    report("add_to_cart", [{ ...line, quantity: 1 }]);
    drawCart();
  };
  const remove = step(text("remove"), text("remove"), () => take(line, line.quantity));
  remove.classList.add("remove");
  const steps = h(
    "div", { className: "steps" },
    step(text("fewer"), "−", () => take(line, 1)), h("span", {}, String(line.quantity)), step(text("another"), "+", another), remove,
  );
  const price = h("span", { className: "price" }, line.price ? money({ ...line.price, amount: line.price.amount * line.quantity }) : "");
  return h("li", { className: "line" }, picture(line), h("span", { className: "title", dir: "auto" }, titleOf(line)), price, steps);
}

function toast(words) {
  const node = $("toast");
  node.textContent = words;
  node.classList.add("up");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => node.classList.remove("up"), 2600);
}

// ---- language and wiring ---------------------------------------------------------------------------------------

async function speak(language) {
  shop.language = Object.hasOwn(TEXT, language) ? language : "en";
  if (shop.language === "zh" && !chinese) await learnChinese();
  remember("fernhill:language", shop.language);
  document.documentElement.lang = shop.language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  $("language").textContent = shop.language === "zh" ? "English" : "中文";
  $("language").lang = shop.language === "zh" ? "en" : "zh-CN";
  chat.setAttribute("language", shop.language);
  chat.setAttribute("greeting", text("greeting"));
  chat.setAttribute("starters", text("starters"));
  $("grid").replaceChildren();
  drawFilters();
  drawGrid();
  drawCart();
}

chat.addEventListener("floorwalker:select", (event) => {
  event.preventDefault();
  report("select_item", [{ id: event.detail.id }]);
  location.hash = `#/product/${encodeURIComponent(event.detail.id)}`;
});
chat.addEventListener("floorwalker:add-to-cart", async ({ detail }) => {
  try {
    put(await fetched(`/v1/products/${encodeURIComponent(detail.id)}`));
  } catch {
    toast(text("gone"));
  }
});
$("language").onclick = async () => {
  await speak(shop.language === "en" ? "zh" : "en");
  if (!$("product").hidden) route();
};
$("more").onclick = showMore;
$("cart-open").onclick = () => $("cart").showModal();
$("cart-close").onclick = () => $("cart").close();
$("cart").onclick = (event) => event.target === $("cart") && $("cart").close();
$("checkout").onclick = checkout;
addEventListener("hashchange", route);

const linked = location.pathname.match(/^\/product\/(.+)$/);
if (linked && !location.hash) history.replaceState(null, "", `/#/product/${linked[1]}`);
await speak(recalled("fernhill:language", /^zh\b/i.test(navigator.language) ? "zh" : "en"));
route();
