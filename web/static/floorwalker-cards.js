/*
 * One card set in the conversation: a strip of products with prices, stock, reasons and thumbs.
 * Drawing it again changes only what differs. Knows nothing of sockets: what the shopper does goes to `host`.
 */
import { arrange, h, icon, list, webAddress, write } from "./floorwalker-dom.js";

const STOCK = ["in_stock", "out_of_stock", "preorder"];
const STEP = 224; // a card and its gap, in pixels

/** The price as the server wrote it; where it gave minor units only, as this language writes them. */
function money(price, language) {
  if (!price) return "";
  if (price.text) return price.text;
  const format = new Intl.NumberFormat(language, { style: "currency", currency: price.currency, currencyDisplay: "narrowSymbol" });
  return format.format(price.amount / 10 ** format.resolvedOptions().maximumFractionDigits);
}

export class CardStrip {
  /** host: {language, text(key, values), select(product), add(product), vote(product, cardSet, value), running(turnId)} */
  constructor(host, value) {
    this.host = host;
    this.key = `c:${value.turnId}`;
    this.kind = "cards";
    this.cards = new Map();
    this.strip = h("ul", { className: "strip" });
    this.label = h("span");
    const arrow = (way, image) => {
      const onclick = () => this.strip.scrollBy({ left: way * STEP, behavior: "smooth" });
      return h("button", { type: "button", className: "icon", onclick }, icon(image));
    };
    this.before = arrow(-1, "left");
    this.after = arrow(1, "right");
    this.node = h("section", { className: "cards" }, h("h3", {}, this.label, this.before, this.after), this.strip);
    this.update(value);
  }

  update(value) {
    this.value = value;
    this.redraw();
  }

  addReasons(reasons) {
    const given = new Map(list(reasons).map((reason) => [reason.handle, reason]));
    const products = list(this.value.products).map((product) =>
      given.has(product.handle) ? { ...product, reason: given.get(product.handle) } : product,
    );
    this.update({ ...this.value, products });
  }

  redraw() {
    const { host, value } = this;
    const products = list(value.products);
    const count = products.length === 1 ? host.text("shown_one") : host.text("shown", { n: products.length });
    const early = value.provisional && host.running(value.turnId);
    write(this.label, early ? `${host.text("provisional")} · ${count}` : count);
    this.strip.classList.toggle("alone", products.length === 1);
    this.strip.classList.toggle("wordy", !products.some((product) => webAddress(product.imageUrl)));
    this.before.hidden = this.after.hidden = products.length < 2;
    this.before.setAttribute("aria-label", host.text("before"));
    this.after.setAttribute("aria-label", host.text("after"));
    this.node.hidden = !products.length;
    const kept = new Map();
    for (const product of products) {
      const card = this.cards.get(product.id) ?? this.card();
      this.fill(card, product);
      kept.set(product.id, card);
    }
    this.cards = kept;
    arrange(this.strip, [...kept.values()].map((card) => card.node));
  }

  card() {
    const { host } = this;
    const press = (className, onclick) => h("button", { type: "button", className, onclick });
    const words = (className) => h("p", { className, dir: "auto" });
    const vote = (value) => () => {
      card.vote = value;
      host.vote(card.product, this.value.cardSet, value);
      this.fill(card, card.product);
    };
    const card = {
      pic: press("pic", () => host.select(card.product)),
      no: h("span", { className: "no" }),
      stock: h("span"),
      brand: words("brand"),
      name: words("name"),
      amount: h("span"),
      was: h("s"),
      rating: h("p", { className: "rating" }),
      reason: words("reason"),
      view: press("view", () => host.select(card.product)),
      add: press("add", () => host.add(card.product)),
      up: press("icon", vote("up")),
      down: press("icon", vote("down")),
      vote: null,
    };
    card.pic.tabIndex = -1; // "View" does the same and has a name
    card.pic.setAttribute("aria-hidden", "true");
    card.pic.append(icon("picture"));
    card.up.append(icon("good"));
    card.down.append(icon("bad"));
    const price = h("p", { className: "price" }, card.amount, card.was);
    card.node = h(
      "li", { className: "card" },
      h("div", { className: "top" }, card.pic, card.no, card.stock, h("div", { className: "votes" }, card.up, card.down)),
      h("div", { className: "body" }, card.brand, card.name, h("div", { className: "worth" }, price, card.rating), card.reason),
      h("div", { className: "acts" }, card.view, card.add),
    );
    return card;
  }

  fill(card, product) {
    const { host } = this;
    card.product = product;
    const title = String(product.title ?? "");
    const stock = STOCK.includes(product.availability) ? product.availability : "";
    this.picture(card, webAddress(product.imageUrl));
    write(card.no, String(product.handle ?? ""));
    card.stock.className = `stock ${stock}`;
    write(card.stock, stock && host.text(stock));
    write(card.brand, product.brand ?? "");
    write(card.name, title);
    card.name.title = title;
    write(card.amount, money(product.price, host.language));
    write(card.was, product.price ? money(product.listPrice, host.language) : "");
    card.was.title = host.text("list_price");
    this.rate(card.rating, product.rating);
    write(card.reason, product.reason?.text ?? "");
    write(card.view, host.text("view"));
    card.view.setAttribute("aria-label", `${host.text("view")}: ${title}`);
    write(card.add, host.text(stock === "out_of_stock" ? stock : "add"));
    card.add.setAttribute("aria-label", `${card.add.textContent}: ${title}`);
    card.add.disabled = stock === "out_of_stock";
    for (const value of ["up", "down"]) {
      card[value].setAttribute("aria-label", host.text(value, { title }));
      card[value].setAttribute("aria-pressed", String(card.vote === value));
    }
  }

  /** A picture that does not load leaves the drawn one behind it. */
  picture(card, src) {
    if (card.src === src) return;
    card.src = src;
    card.image?.remove();
    card.image = null;
    if (!src) return;
    card.image = h("img", { alt: "", decoding: "async", draggable: false });
    card.image.onerror = (event) => event.target.remove();
    card.image.src = src;
    card.pic.append(card.image);
  }

  rate(node, rating) {
    if (typeof rating?.value !== "number") return write(node, "");
    const value = rating.value.toFixed(1);
    const { count } = rating;
    write(node, `★ ${value}${count == null ? "" : ` (${count})`}`);
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", this.host.text(count == null ? "rated" : "rated_by", { value, count }));
  }
}
