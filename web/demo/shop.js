/*
 * Fernhill Supply: the demo shop. Shows one page after the address, and reports what the shopper does to the assistant,
 * as a shop's own pages would.
 */
import { drawCart, openCart, put, toast } from "./cart.js";
import { drawDrawer, openDrawer } from "./drawer.js";
import { help } from "./help.js";
import { $, fetched, learn, major, recalled, remember, shop, text } from "./lib.js";
import { checkout, department, home, product, thanks } from "./pages.js";

const chat = $("chat");
let viewed = null; // the address whose product was reported: another language is not another look
let drawing = 0;

function report(name, lines) {
  const items = lines.map(({ id, price, quantity = 1 }) => ({ item_id: id, quantity, ...(price ? { price: major(price) } : {}) }));
  chat.report?.({ name, items });
}

/** "#/product/ID", "#/c/CATEGORY?filters", "#/help/PAGE", "#/checkout", "#/thanks/NUMBER", or home. */
function pageOf(hash) {
  const [path, query = ""] = hash.slice(2).split("?");
  const [kind, ...rest] = path.split("/");
  const name = decodeURIComponent(rest.join("/"));
  const look = (event, lines) => {
    if (viewed !== hash) report(event, lines);
    viewed = hash;
  };
  if (kind === "product") return () => product(name, chat, look);
  viewed = null;
  if (kind === "c") return () => department(name, query, go);
  if (kind === "checkout") return checkout;
  if (kind === "help") return () => help(name);
  if (kind === "thanks") return () => thanks(name);
  return () => home(chat);
}

/** A department with other filters: the same page, so the scroll position and the focus stay. */
function go(name, chosen) {
  const query = chosen.toString();
  history.pushState(null, "", `#/c/${encodeURIComponent(name)}${query && `?${query}`}`);
  draw(true);
}

async function draw(staying = false) {
  const mine = (drawing += 1);
  let parts;
  try {
    parts = await pageOf(location.hash)();
  } catch {
    parts = [Object.assign(document.createElement("p"), { className: "state", textContent: text("failed") })];
  }
  if (mine !== drawing) return;
  const { name, value, id } = staying ? document.activeElement : {};
  $("main").replaceChildren(...parts.filter(Boolean));
  const heading = $("main").querySelector("h1")?.textContent;
  document.title = heading && location.hash.length > 2 ? `${heading} · Fernhill Supply` : "Fernhill Supply";
  if (staying) [...$("main").querySelectorAll("input, select")].find((one) => (id && one.id === id) || (one.name === name && one.value === value))?.focus();
}

async function moved() {
  $("cart").close();
  await draw();
  scrollTo(0, 0);
  $("main").focus({ preventScroll: true });
}

async function speak(language) {
  await learn(language === "zh" ? "zh" : "en");
  remember("fernhill:language", shop.language);
  document.documentElement.lang = shop.language === "zh" ? "zh-CN" : "en";
  for (const node of document.querySelectorAll("[data-text]")) node.textContent = text(node.dataset.text);
  $("language").textContent = shop.language === "zh" ? "EN" : "中文";
  $("language").ariaLabel = shop.language === "zh" ? "English" : "中文";
  $("language").lang = shop.language === "zh" ? "en" : "zh-CN";
  $("words").placeholder = $("words").ariaLabel = text("search");
  $("knows").ariaLabel = text("knows");
  chat.setAttribute("language", shop.language);
  chat.setAttribute("greeting", text("greeting"));
  chat.setAttribute("starters", text("starters"));
  drawCart();
  drawShopper();
  await Promise.all([draw(), drawDrawer()]);
}

/** A model that is still loading is no reason to wait, but it is one to say so. */
async function watchModel() {
  const health = await fetch("/readyz").then((answer) => answer.json()).catch(() => ({}));
  const waiting = /^(fetching|starting)/.test(health.model);
  $("model").hidden = !waiting;
  $("model").textContent = waiting ? text("model", { state: health.model }) : "";
  if (waiting) setTimeout(watchModel, 5000);
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
$("language").onclick = () => speak(shop.language === "en" ? "zh" : "en");
$("search").onsubmit = (event) => {
  event.preventDefault();
  const words = $("words").value.trim();
  if (words) chat.ask(words);
  $("words").value = "";
};
/** Anyone is the one shopper this shop knows; a real one signs a token for whoever has logged in. */
async function signIn() {
  const { token } = chat.session ?? {};
  const signed = (known) => fetch("/demo/sign-in", { method: "POST", headers: known ? { authorization: `Bearer ${known}` } : {} });
  let answer = await signed(token).catch(() => null);
  if (answer?.status === 401) answer = await signed();
  if (!answer?.ok) return toast(text("failed"));
  chat.adopt(await answer.json());
  remember("fernhill:shopper", true);
  drawShopper();
  toast(text("signed_in"));
}

function signOut() {
  remember("fernhill:shopper", false);
  chat.startOver();
  drawShopper();
}

function drawShopper() {
  const known = recalled("fernhill:shopper", false);
  $("shopper").textContent = text(known ? "sign_out" : "sign_in");
  $("shopper").onclick = known ? signOut : signIn;
}

$("cart-open").onclick = () => $("cart").showModal();
$("cart-close").onclick = () => $("cart").close();
$("cart").onclick = ({ target }) => {
  if (target === $("cart")) $("cart").close();
};
addEventListener("hashchange", moved);


const linked = location.pathname.match(/^\/(product|help)\/(.+)$/);
if (linked && !location.hash) history.replaceState(null, "", `/#/${linked[1]}/${linked[2]}`);
openCart(report);
openDrawer(chat);
await speak(recalled("fernhill:language", /^zh\b/i.test(navigator.language) ? "zh" : "en"));
watchModel();
