/* What few conversations need, loaded when one does: a comparison, orders, the sources of an answer. */
import { h, list, webAddress } from "./floorwalker-dom.js";

const sheet = new CSSStyleSheet();
sheet.replaceSync(`
.order { padding: 10px 14px; margin-top: 6px; border: 1px solid var(--line); border-radius: 12px; color: var(--ink); }
.order ul { margin: 4px 0; padding-inline-start: 18px; }
.order b { font-weight: 650; }`);

/** Fills the node that took the frame's place in the conversation. */
export function fill(chat, node, name, value) {
	node.className = name === "shop.comparison" ? "table" : "note quiet";
	node.dir = "auto";
	const made = { "shop.comparison": comparison, "shop.orders": orders, "shop.sources": sources }[name](chat, value);
	if (!chat.root.adoptedStyleSheets.includes(sheet)) chat.root.adoptedStyleSheets.push(sheet);
	node.replaceChildren(...made);
	chat.follow();
}

/** One row of values under each name, so that it can be read on a phone. */
function comparison(chat, { columns, rows }) {
	const shown = chat.last("cards")?.value.products;
	const cell = (tag, props) => (words) => h(tag, { dir: "auto", ...props }, words ?? chat.text("unknown"));
	const row = (...cells) => h("tr", {}, ...cells);
	const title = (handle) => shown?.find((product) => product.handle === handle)?.title ?? `[${handle}]`;
	const name = cell("th", { scope: "rowgroup", colSpan: columns.length });
	const head = h("thead", {}, row(...columns.map(title).map(cell("th", { scope: "col" }))));
	const body = rows.map(({ name: words, values }) => h("tbody", {}, row(name(words)), row(...values.map(cell("td")))));
	return [h("table", {}, h("caption", {}, chat.text("comparison")), head, ...body)];
}

/** An order a block: number and standing, its lines, how it travels, what it came to. */
function orders(chat, value) {
	return list(value.orders).map(({ number, status, items, total, delivery }) => {
		const lines = list(items).map(({ title, quantity, options }) => {
			const chosen = Object.values(options ?? {}).join(", ");
			return h("li", { dir: "auto" }, [quantity > 1 ? `${quantity} × ` : "", title, chosen && ` (${chosen})`].join(""));
		});
		const way = ["carrier", "tracking"].map((key) => delivery?.[key]).filter(Boolean).join(" · ");
		const head = h("p", {}, h("b", {}, chat.text("order", { number })), ` · ${chat.text(`order_${status}`) || status}`);
		const foot = [total?.text, way].filter(Boolean).join(" · ");
		return h("div", { className: "order" }, head, h("ul", {}, ...lines), ...(foot ? [h("p", {}, foot)] : []));
	});
}

/** Where an answer comes from: a link where there is a page, the passage's words beside it. */
function sources(chat, value) {
	const told = list(value.sources).map(({ title, url, text }) => {
		const address = webAddress(url);
		return address ? h("a", { href: address, target: "_blank", rel: "noopener", title: text ?? "" }, title) : h("span", { title: text ?? "" }, title);
	});
	return [chat.text("sources"), ...told];
}
