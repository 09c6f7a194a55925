/*
 * "What the assistant knows": the live session as the server has it, read again after whatever changes it.
 * Shows figures as they come; invents none.
 */
import { $, categoryOf, fetched, h, recalled, remember, shop, text, titleOf } from "./lib.js";

const FEW = 6;
let chat, timer;
let seen = new Set();

export function openDrawer(element) {
  chat = element;
  $("knows-open").onclick = () => show($("knows").hidden);
  $("knows-close").onclick = () => show(false);
  $("knows").onkeydown = (event) => event.key === "Escape" && void show(false);
  chat.addEventListener("floorwalker:frame", () => {
    clearTimeout(timer);
    timer = setTimeout(drawDrawer, 150);
  });
  if (recalled("fernhill:knows", false) && matchMedia("(min-width: 1000px)").matches) show(true, false);
}

function show(open, focus = true) {
  $("knows").hidden = !open;
  $("knows-open").ariaExpanded = open;
  document.body.classList.toggle("knowing", open);
  remember("fernhill:knows", open);
  if (open) drawDrawer();
  if (focus) $(open ? "knows-close" : "knows-open").focus();
}

export async function drawDrawer() {
  if ($("knows").hidden) return;
  const token = chat.session?.token;
  let known = { events: [], interests: [], brands: {}, categories: {}, priceBand: null, cart: {}, need: "", chips: [], shown: null };
  if (token) {
    try {
      known = await fetched("/v1/session", { headers: { authorization: `Bearer ${token}` } });
    } catch {
      return; // what is shown stays until the server answers again
    }
  }
  const section = (title, ...content) => h("section", {}, h("h3", {}, text(title)), ...content);
  const quiet = (key) => h("p", { className: "quiet" }, text(key));
  const open = new Set([...$("knows-body").querySelectorAll("details[open]")].map((node) => node.dataset.id));
  $("knows-body").replaceChildren(
    section("k_events", known.events.length ? h("ol", { className: "events" }, known.events.slice(0, 12).map(drawEvent)) : quiet("k_no_events")),
    known.interests.length ? section("k_profile", ...profile(known)) : "",
    section("k_request", known.need ? h("p", { dir: "auto" }, `“${known.need}”`) : "", known.chips.length ? chips(known.chips) : "", known.need || known.chips.length ? "" : quiet("k_no_request")),
    section("k_cards", known.shown ? cards(known.shown, open) : quiet("k_no_cards")),
  );
  seen = new Set(known.events.map(({ id }) => id));
}

const named = (id, title) => (title ? titleOf({ id, title }) : id);

function drawEvent({ id, name, time, productId, title }) {
  const clock = new Date(time).toLocaleTimeString(shop.language, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const what = productId ? named(productId, title) : title;
  return h("li", { className: seen.has(id) ? "" : "new" }, h("time", {}, clock), h("span", { dir: "auto" }, h("b", {}, text(`e_${name}`)), ` ${what}`));
}

/** A bar from -1 to 1 beside its name. */
function bar(label, value, most = 1) {
  const share = Math.min(100, (Math.abs(value) / most) * 100);
  const fill = h("i", { className: value < 0 ? "minus" : "" });
  fill.style.width = `${share}%`;
  const figure = `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  return h("div", { className: "measure" }, h("span", { dir: "auto" }, label), h("span", { className: "track" }, fill), h("span", { className: "figure" }, figure));
}

function profile({ interests, brands, categories, priceBand, cart }) {
  const bars = (key, pairs) => (pairs.length ? [h("h4", {}, text(key)), ...pairs.slice(0, FEW).map(([name, value]) => bar(name, value))] : []);
  const titles = Object.fromEntries(interests.map(({ productId, title }) => [productId, title]));
  const held = Object.entries(cart).map(([id, quantity]) => `${named(id, titles[id])} × ${quantity}`);
  return [
    ...bars("k_interest", interests.map(({ productId, title, weight }) => [named(productId, title), weight])),
    ...bars("k_brands", Object.entries(brands)),
    ...bars("k_categories", Object.entries(categories).map(([name, value]) => [categoryOf(name), value])),
    priceBand && h("h4", {}, text("k_band")),
    priceBand && h("p", {}, [...new Set(priceBand.map((price) => price.text))].join(" – ")),
    held.length ? h("h4", {}, text("k_cart")) : null,
    held.length ? h("p", { dir: "auto" }, held.join(" · ")) : null,
  ];
}

const chips = (list) => h("ul", { className: "wishes" }, list.map(({ field, value }) => h("li", { dir: "auto" }, h("b", {}, text(`f_${field}`)), ` ${value}`)));

function cards(shown, open) {
  const most = Math.max(0.01, ...shown.cards.flatMap(({ parts }) => parts.map(({ value }) => Math.abs(value))));
  const items = shown.cards.map(({ handle, id, title, score, diversity, parts }, at) => {
    const measured = parts.filter(({ value }) => Math.abs(value) >= 0.005).sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
    const rows = measured.map(({ name, value }) => bar(text(`p_${name}`), value, most));
    if (diversity) rows.push(bar(text("p_diversity"), diversity, most));
    const head = h("summary", { dir: "auto" }, h("b", {}, `${handle}  ${named(id, title)}`), h("span", { className: "figure" }, text("k_score", { value: score.toFixed(2) })));
    return h("details", { "data-id": id, open: at === 0 || open.has(id) }, head, ...rows);
  });
  return h("div", {}, h("p", { className: "quiet" }, text("k_cards_intro")), ...items);
}
