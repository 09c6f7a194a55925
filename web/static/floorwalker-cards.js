/* One card set in the conversation. Drawing it again changes only what differs. What the shopper does goes to `host`. */
import { arrange, button, h, icon, list, webAddress, write } from "./floorwalker-dom.js";

const STOCK = ["in_stock", "out_of_stock", "preorder"];
const MOST = 4; // products in one comparison

export class CardStrip {
	/** host: {text(key, values), create(words), select(product), buy(product), vote(product, cardSet, value)} */
	constructor(host, value) {
		this.host = host;
		this.key = `c:${value.turnId}`;
		this.kind = "cards";
		this.cards = new Map();
		this.picked = new Set();
		this.strip = h("ul", { className: "strip" });
		this.label = h("span");
		this.compare = button("pill main", () => this.ask());
		this.node = h("section", { className: "cards" }, h("h3", {}, this.label, this.compare), this.strip);
		this.update(value);
	}

	update(value) {
		this.value = value;
		this.redraw();
	}

	addReasons(reasons) {
		const given = new Map(list(reasons).map((reason) => [reason.handle, reason]));
		const products = list(this.value.products).map((product) => ({ ...product, reason: given.get(product.handle) ?? product.reason }));
		this.update({ ...this.value, products });
	}

	ask() {
		const picked = this.value.products.filter(({ id }) => this.picked.has(id));
		this.picked.clear();
		this.redraw();
		this.host.create(this.host.text("ask_compare", { items: picked.map(({ handle }) => `#${handle}`).join(", ") }));
	}

	redraw() {
		const { host, value, picked } = this;
		const products = list(value.products);
		write(this.label, host.text(products.length === 1 ? "shown_one" : "shown", { n: products.length }));
		write(this.compare, picked.size > 1 ? host.text("compare_picked", { n: picked.size }) : "");
		this.node.hidden = !products.length;
		this.cards = new Map(products.map((product) => [product.id, this.fill(this.cards.get(product.id) ?? this.card(), product)]));
		arrange(this.strip, [...this.cards.values()].map((card) => card.node));
	}

	card() {
		const { host, picked } = this;
		const words = (className) => h("p", { className, dir: "auto" });
		const select = () => host.select(card.product);
		const vote = (value) => () => {
			card.vote = value;
			host.vote(card.product, this.value.cardSet, value);
			this.redraw();
		};
		const pick = () => {
			if (!picked.delete(card.product.id)) picked.add(card.product.id);
			this.redraw();
		};
		const card = {
			pic: button("pic", select),
			no: h("span", { className: "no" }),
			stock: h("span"),
			brand: words("brand"),
			name: words("name"),
			amount: h("span"),
			was: h("s"),
			rating: h("p", { className: "rating", role: "img" }),
			reason: words("reason"),
			view: button("view", select),
			add: button("add", () => host.buy(card.product)),
			more: button("link", () => host.create(host.text("ask_more", { n: card.product.handle }))),
			pick: button("link pick", pick),
			up: button("icon", vote("up"), icon("thumb")),
			down: button("icon down", vote("down"), icon("thumb")),
		};
		card.pic.tabIndex = -1; // "View" does the same and has a name
		card.pic.ariaHidden = "true";
		card.node = h(
			"li", { className: "card" },
			h("div", { className: "top" }, card.pic, card.no, card.stock, h("div", { className: "votes" }, card.up, card.down)),
			h("div", { className: "body" }, card.brand, card.name,
				h("div", { className: "worth" }, h("p", { className: "price" }, card.amount, card.was), card.rating), card.reason),
			h("div", { className: "acts" }, card.view, card.add),
			h("div", { className: "asks" }, card.more, card.pick),
		);
		return card;
	}

	fill(card, product) {
		const { host, picked } = this;
		const { title, availability, rating } = product;
		const stock = STOCK.includes(availability) ? availability : "";
		const gone = stock === "out_of_stock";
		card.product = product;
		this.picture(card, webAddress(product.imageUrl));
		write(card.no, String(product.handle));
		card.stock.className = `stock ${stock}`;
		write(card.stock, stock && host.text(stock));
		write(card.brand, product.brand ?? "");
		write(card.name, title);
		write(card.amount, product.price?.text ?? "");
		write(card.was, product.listPrice?.text ?? "");
		const value = rating?.value.toFixed(1);
		write(card.rating, rating ? `★ ${value}${rating.count == null ? "" : ` (${rating.count})`}` : "");
		card.rating.ariaLabel = host.text(rating?.count == null ? "rated" : "rated_by", { ...rating, value });
		write(card.reason, product.reason?.text ?? "");
		for (const [part, key] of Object.entries({ view: "view", add: gone ? stock : "add", more: "more", pick: "compare" })) {
			write(card[part], host.text(key));
			card[part].ariaLabel = `${host.text(key)}: ${title}`;
		}
		card.add.disabled = gone;
		card.pick.disabled = picked.size >= MOST && !picked.has(product.id);
		card.pick.ariaPressed = picked.has(product.id);
		for (const way of ["up", "down"]) {
			card[way].title = host.text(way, { title });
			card[way].ariaPressed = card.vote === way;
		}
		return card;
	}

	/** A picture that does not load leaves a plain tile behind it. */
	picture(card, src) {
		if (card.src === src) return;
		card.src = src;
		card.image?.remove();
		card.image = src && h("img", { alt: "", onerror: () => card.image.remove(), src });
		if (src) card.pic.append(card.image);
	}
}
