/* The cart: what lies in it, and the dialog that shows it. Every change is reported as an event. */
import { $, h, money, picture, recalled, remember, text, titleOf } from "./lib.js";

export const cart = recalled("fernhill:cart", []);
let report = () => {};

/** `tell(name, lines)` reports an event to the assistant. */
export function openCart(tell) {
  report = tell;
}

export function put(product, variant) {
  const id = variant?.id ?? product.id;
  const line = cart.find((known) => (known.variant ?? known.id) === id);
  if (line) line.quantity += 1;
  else {
    const { title, price, image_url } = product;
    const options = variant ? Object.values(variant.options) : [];
    cart.push({ id: product.id, variant: variant?.id, options, title, price: variant?.price ?? price ?? null, image_url, quantity: 1 });
  }
  report("add_to_cart", [{ ...product, price: variant?.price ?? product.price, quantity: 1 }]);
  drawCart();
  toast(text("added", { title: titleOf(product) }));
}

function take(line, quantity) {
  line.quantity -= quantity;
  if (line.quantity < 1) cart.splice(cart.indexOf(line), 1);
  report("remove_from_cart", [{ ...line, quantity }]);
  drawCart();
}

export function buy() {
  report("purchase", cart);
  cart.length = 0;
  drawCart();
}

const FREE_FROM = 6000; // cents; what help/en/delivery.md says
const FARE = 590;

/** In the one currency of the cart: {amount, currency}; null over two currencies, or over a price that is not known: a
 * total would be a wrong figure. */
function sum() {
  const codes = new Set(cart.map((line) => line.price?.currency));
  const [currency] = codes;
  const amount = cart.reduce((all, line) => all + (line.price?.amount ?? 0) * line.quantity, 0);
  return codes.size === 1 && currency ? { amount, currency } : null;
}

/** What standard delivery costs, in words; empty where it is free, or the cart is not in dollars. */
export function fare() {
  const due = sum();
  return due?.currency === "USD" && due.amount < FREE_FROM ? money({ amount: FARE, currency: "USD" }) : "";
}

/** In words, with delivery or without. */
export function total(delivered = false) {
  const due = sum();
  return due ? money({ ...due, amount: due.amount + (delivered && fare() ? FARE : 0) }) : "";
}

export function drawCart() {
  remember("fernhill:cart", cart);
  const count = cart.reduce((sum, line) => sum + line.quantity, 0);
  $("cart-count").textContent = count;
  $("cart-count").classList.toggle("some", count > 0);
  $("cart-empty").hidden = count > 0;
  $("cart-foot").hidden = count === 0;
  $("cart-lines").replaceChildren(...cart.map(drawLine));
  $("cart-total").textContent = total();
}

function drawLine(line) {
  const title = titleOf(line);
  const step = (label, sign, onclick) => h("button", { type: "button", className: "plain", ariaLabel: `${label}: ${title}`, onclick }, sign);
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
  const price = line.price && money({ ...line.price, amount: line.price.amount * line.quantity });
  return h("li", { className: "line" }, picture(line), summary(line), h("span", { className: "price" }, price), steps);
}

export const summary = (line) =>
  h("div", { dir: "auto" }, h("p", { className: "title" }, titleOf(line)), line.options?.length ? h("p", { className: "options" }, line.options.join(", ")) : null);

let timer;
export function toast(words) {
  const node = $("toast");
  node.textContent = words;
  node.classList.add("up");
  clearTimeout(timer);
  timer = setTimeout(() => node.classList.remove("up"), 2600);
}
