/*
 * <floorwalker-chat>: the shop assistant as one custom element.
 *
 * Attributes: server (default: where this script came from), language (en, zh, auto), greeting, starters (split by "|"), accent.
 * adopt({sessionId, token}) goes on as a known shopper.
 * report({name, items: [{item_id, quantity, price}]}) tells it what the shopper does; ask(words) asks it something.
 * Events: floorwalker:select {id, url} (unprevented, it goes to the url), floorwalker:add-to-cart {id}, floorwalker:frame {type, name}.
 * Everything a server says is written as text, never as HTML.
 */
import { CardStrip } from "./floorwalker-cards.js";
import { button, h, icon, list, webAddress, write } from "./floorwalker-dom.js";
import { STYLE } from "./floorwalker-style.js";
import { newId, patched, stored, Wire } from "./floorwalker-wire.js";

const PASSING = /rate_limited|_down$|internal/; // refusals that may not last
const SENTENCE = /[\s\S]*([.!?](?=\s)|[。！？\n])/; // all up to the last end of a sentence
const NEAR = 60; // pixels

class FloorwalkerChat extends HTMLElement {
	static observedAttributes = ["language", "greeting", "starters", "accent"];

	root = this.attachShadow({ mode: "open" });
	state = {};
	entries = new Map(); // key -> {key, kind, node, ...}, in the log's order
	streaming = null;
	online = true;
	spoken = "";
	reading = "turn"; // or "end", or "elsewhere": where the shopper has scrolled to

	async connectedCallback() {
		if (this.wire) return this.wire.start();
		const base = new URL(this.getAttribute("server") ?? new URL(import.meta.url).origin, document.baseURI).href.replace(/\/+$/, "");
		this.wire = new Wire(base, {
			frame: (frame) => this.receive(frame),
			status: (online) => {
				this.online = this.ui.offline.hidden = online;
				this.drawRun();
			},
			gaveUp: (frame) => frame.type === "message.create" && this.failed({}),
		});
		this.opened = stored("sessionStorage", `floorwalker:open:${base}`);
		this.build();
		for (const { frame } of this.wire.outbox) if (frame.type === "message.create") this.say("user", frame.id, frame.text);
		if (this.wire.outbox.length) this.wire.start();
		if (this.opened.get()) this.show(true, false);
		this.relabel();
	}

	disconnectedCallback() {
		this.wire.stop();
	}

	attributeChangedCallback() {
		if (this.ui) this.relabel();
	}

	get session() {
		return this.wire?.session.get();
	}

	/** {sessionId, token} that the shop's back end signed for whoever has logged in. */
	adopt(session) {
		this.wire.session.set(session);
		this.wire.resync();
	}

	/** Kept and repeated until it is acknowledged. */
	report(event) {
		const event_id = newId();
		this.wire.send({ type: "session.event", event: { event_id, time: new Date().toISOString(), ...event } }, event_id);
	}

	ask(words) {
		this.show(true);
		this.create(words);
	}

	text(key, values = {}) {
		return (this.words?.[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
	}

	build() {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync(STYLE);
		this.root.adoptedStyleSheets = [sheet];
		const part = (className, ...children) => h("div", { className }, ...children);
		const ui = (this.ui = {
			launch: h("span"),
			title: h("h2"),
			start_over: button("icon", () => this.confirm(), icon("again")),
			close: button("icon", () => this.show(false), icon("close")),
			offline: h("div", { className: "bar", hidden: true, role: "status" }),
			person: h("div", { className: "bar", role: "status" }),
			log: part("log"),
			greeting: h("p", { className: "msg", dir: "auto" }),
			starters: part("answers"),
			working: h("span"),
			live: h("div", { className: "away", ariaLive: "polite" }),
			chips: h("ul", { className: "chips" }),
			input: h("textarea", { rows: 1, maxLength: 2000, dir: "auto", enterKeyHint: "send" }),
			stop: button("round stop", () => this.wire.ready && this.wire.send({ type: "response.cancel" }), icon("stop")),
			send: h("button", { className: "round", disabled: true }, icon("send")),
		});
		ui.launcher = button("launcher", () => this.show(true), icon("chat"), ui.launch);
		ui.busy = part("busy", part("dots", h("i"), h("i"), h("i")), ui.working);
		ui.scroll = part("scroll", part("log", ui.greeting, ui.starters), ui.log, ui.busy);
		const form = h("form", {}, ui.input, ui.stop, ui.send);
		const foot = part("foot", ui.chips, form);
		const head = part("head", ui.title, ui.start_over, ui.close);
		ui.panel = h("section", { className: "panel", role: "dialog", hidden: true }, head, ui.offline, ui.person, ui.scroll, foot, ui.live);
		form.onsubmit = (event) => {
			event.preventDefault();
			const words = ui.input.value.trim();
			ui.input.value = ""; // first: the log's height depends on it
			ui.send.disabled = true;
			if (words) this.create(words);
		};
		ui.input.oninput = () => (ui.send.disabled = !ui.input.value.trim());
		ui.input.onkeydown = (event) => {
			// 229: Safari ends a composition before the Enter that ended it.
			if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
			event.preventDefault();
			form.requestSubmit();
		};
		ui.panel.onkeydown = ({ key, isComposing }) => {
			if (key === "Escape" && !isComposing) this.show(false);
		};
		ui.scroll.onscroll = () => {
			const { scrollTop, scrollHeight, clientHeight } = ui.scroll;
			const left = scrollHeight - scrollTop - clientHeight;
			// Up and at the end: the log has shrunk.
			if (scrollTop > this.placed + 4 || (scrollTop < this.placed - 4 && left > 1)) this.reading = left < NEAR ? "end" : "elsewhere";
		};
		window.visualViewport?.addEventListener("resize", () => this.style.setProperty("--tall", `${visualViewport.height}px`));
		this.root.append(ui.launcher, ui.panel);
	}

	/** Every word that is ours, again: for a change of language, greeting or colour. */
	async relabel() {
		const { ui } = this;
		const asked = this.getAttribute("language");
		const language = ["en", "zh"].includes(asked) ? asked : /^zh\b/i.test(navigator.language) ? "zh" : "en";
		this.words = (await import(`./floorwalker-${language}.js`)).default;
		ui.panel.lang = ui.launcher.lang = language;
		for (const key of ["launch", "title", "working"]) write(ui[key], this.text(key));
		for (const key of ["start_over", "close", "send", "stop"]) ui[key].title = this.text(key);
		for (const key of ["panel", "chips", "input"]) ui[key].ariaLabel = this.text(key);
		ui.offline.textContent = this.text("offline");
		ui.input.placeholder = this.text("input");
		write(ui.greeting, this.getAttribute("greeting") || this.text("greeting"));
		const starters = this.getAttribute("starters")?.split("|") ?? [];
		ui.starters.replaceChildren(...starters.map((words) => this.answer(words, words)));
		const accent = this.getAttribute("accent") ?? "";
		this.style.setProperty("--accent", CSS.supports("color", accent) ? accent : "");
		for (const entry of this.entries.values()) entry.redraw?.();
		this.become(this.state);
	}

	show(open, focus = true) {
		const { ui } = this;
		ui.panel.hidden = !open;
		ui.launcher.hidden = open;
		this.opened.set(open);
		if (open) {
			this.wire.start();
			this.follow(this.entries.size ? "end" : "turn");
			if (focus) this.refocus(true);
		} else if (focus) ui.launcher.focus();
	}

	/** To the composer; on touch, where that raises the keyboard, to the close button. */
	refocus(opening = false) {
		if (!matchMedia("(pointer: coarse)").matches) this.ui.input.focus();
		else if (opening) this.ui.close.focus();
	}

	confirm() {
		const no = button("pill", () => this.drop(entry), this.text("keep"));
		const yes = button("pill main", () => this.startOver(), this.text("start_over"));
		const entry = this.note("", this.text("start_over_ask"), h("br"), yes, no);
		this.follow("end");
		yes.focus();
	}

	startOver() {
		for (const entry of this.entries.values()) this.drop(entry);
		this.become({});
		this.wire.restart();
		this.refocus();
	}

	create(text) {
		const id = newId();
		this.wire.send({ type: "message.create", id, text }, id);
		for (const kind of ["question", "error"]) this.drop(this.last(kind)); // answered, or tried again
		this.say("user", id, text);
		this.follow("turn");
		this.refocus();
	}

	answer(label, text) {
		return button("pill", () => this.create(text), label);
	}

	select({ id, url }) {
		const left = this.tell("select", { id, url });
		if (matchMedia("(max-width: 600px)").matches) this.show(false, false);
		if (left && webAddress(url)) location.assign(webAddress(url));
	}

	buy({ id }) {
		this.tell("add-to-cart", { id });
	}

	vote({ id }, cardSet, value) {
		this.wire.send({ type: "feedback", productId: id, cardSet, value }, `feedback:${cardSet}:${id}`);
	}

	/** A cancelable event for the page. Returns whether the page left it to us. */
	tell(event, detail) {
		return this.dispatchEvent(new CustomEvent(`floorwalker:${event}`, { detail, bubbles: true, composed: true, cancelable: true }));
	}

	receive(frame) {
		const { type, messageId } = frame;
		if (type === "STATE_SNAPSHOT") this.become(frame.snapshot);
		else if (type === "STATE_DELTA") {
			try {
				this.become(patched(this.state, frame.delta));
			} catch {
				this.wire.resync();
			}
		} else if (type === "MESSAGES_SNAPSHOT") this.restore(frame);
		else if (type === "RUN_STARTED") {
			// Written in another tab.
			for (const { role, id, content } of list(frame.input?.messages)) if (role === "user") this.say("user", id, content);
			this.become({ ...this.state, turnId: frame.runId });
		} else if (type === "RUN_FINISHED" || type === "RUN_ERROR") {
			if (type === "RUN_ERROR") this.failed(frame);
			else if (frame.result?.cancelled) this.note("quiet", this.text("stopped"));
			this.become({ ...this.state, turnId: null });
		} else if (type === "TEXT_MESSAGE_START") {
			this.streaming = this.say("assistant", messageId, "", frame.name);
			this.streaming.words.data = this.spoken = "";
			this.drawRun();
		} else if (type === "TEXT_MESSAGE_CONTENT") this.textAdded(this.say("assistant", messageId, ""), frame.delta);
		else if (type === "TEXT_MESSAGE_END") this.textFinished();
		else if (type === "CUSTOM") this.custom(frame.name, frame.value);
		this.tell("frame", { type, name: frame.name });
	}

	custom(name, value) {
		if (name === "shop.products") this.showCards(value, true);
		else if (name === "shop.reasons") {
			const strip = this.entries.get(`c:${value.turnId}`);
			if (strip?.value.cardSet === value.cardSet) strip.addReasons(value.reasons);
		} else if (/comparison|orders/.test(name)) this.panel(name, value);
		else if (name === "shop.sources") this.cited = value; // under the answer
		else if (name === "shop.question") {
			// Its words came as text.
			const node = h("div", { className: "answers" }, ...list(value.answers).map(({ label, text }) => this.answer(label, text)));
			this.add({ key: `q:${value.turnId}`, kind: "question", node });
		} else if (name === "shop.notice") this.note("", value.text);
		else if (name === "shop.handoff") /human|returned/.test(value.state) && this.note("quiet", value.text);
		else if (name === "shop.ack") {
			this.wire.acknowledged(value.ids);
			for (const id of value.ids) this.entries.get(`m:${id}`)?.redraw();
		} else if (name === "shop.error") {
			console.warn("floorwalker: refused", value);
			this.note("", this.text(`refused_${value.code}`)); // the others are for the shop's developers
			this.drawChips();
			if (PASSING.test(value.code)) this.wire.later();
		}
		this.follow();
	}

	/** The state alone decides what is busy, so that "busy" cannot outlive its turn. */
	become(state) {
		this.state = { ...state, turnId: state.turnId ?? null };
		if (!this.state.turnId && this.streaming) this.textFinished();
		write(this.ui.person, this.text(`handoff_${this.state.handoff}`));
		this.drawChips();
		this.drawRun();
		this.follow();
	}

	drawRun() {
		const { ui } = this;
		const running = this.state.turnId && this.online;
		if (!running && ui.stop.matches(":focus")) this.refocus(true);
		ui.stop.hidden = !running;
		ui.busy.hidden = !running || Boolean(this.streaming);
		ui.starters.hidden = this.entries.size > 0;
	}

	drawChips() {
		const { chips } = this.ui;
		const focused = [...chips.children].findIndex((item) => item.matches(":focus-within"));
		const items = list(this.state.constraints?.chips).map((chip) => {
			const said = this.text(`field_${chip.field}`, chip) || chip.value;
			const words = chip.of ? `${chip.of}: ${said}` : said;
			const clear = () => this.wire.send({ type: "constraint.clear", path: chip.path });
			const node = button("chip", clear, h("span", { dir: "auto" }, words), icon("close"));
			node.ariaLabel = this.text("remove", { label: words });
			return h("li", {}, node);
		});
		chips.replaceChildren(...items);
		chips.hidden = !items.length;
		if (focused >= 0 && items.length) items[Math.min(focused, items.length - 1)].firstChild.focus();
		else if (focused >= 0) this.refocus(true);
	}

	/** Puts the entry last. */
	add(entry) {
		this.drop(this.entries.get(entry.key));
		this.entries.set(entry.key, entry);
		this.ui.log.append(entry.node);
		this.drawRun();
		this.follow();
		return entry;
	}

	drop(entry) {
		this.entries.delete(entry?.key);
		entry?.node.remove();
	}

	last(kind) {
		return [...this.entries.values()].findLast((entry) => entry.kind === kind);
	}

	say(kind, id, content, by) {
		const key = `m:${id}`;
		if (this.entries.has(key)) return this.entries.get(key);
		const words = document.createTextNode(content);
		const lead = h("span", { className: "away" });
		const node = h("div", { className: `msg ${kind}`, dir: "auto" }, ...(kind === "user" ? [lead] : by ? [h("b", {}, by)] : []), words);
		const redraw = () => {
			const pending = this.wire.waiting(id);
			lead.textContent = this.text(pending ? "sending" : "you") + " ";
			node.classList.toggle("pending", pending);
		};
		redraw();
		return this.add({ key, kind, id, node, words, redraw });
	}

	note(className, text, ...more) {
		if (!text) return;
		this.announce(text);
		return this.add({ key: newId(), node: h("div", { className: `note ${className}`, dir: "auto" }, text, ...more) });
	}

	failed({ message }) {
		const said = this.last("user")?.words.data;
		const again = button("pill", () => this.create(said), this.text("retry"));
		const entry = this.note("", message || this.text("error_any"), ...(said ? [h("br"), again] : []));
		entry.kind = "error";
	}

	textAdded(entry, delta) {
		this.streaming = entry;
		entry.words.appendData(delta);
		this.drawRun();
		this.follow();
		// A screen reader hears sentences, not tokens.
		this.spoken += delta;
		const [whole] = this.spoken.match(SENTENCE) ?? [""];
		this.announce(whole);
		this.spoken = this.spoken.slice(whole.length);
	}

	/** Loaded when a conversation needs it; its place is taken now. */
	panel(name, value) {
		const { node } = this.add({ key: `${name}:${value.turnId}`, node: h("div") });
		import("./floorwalker-panels.js").then(({ fill }) => fill(this, node, name, value));
	}

	textFinished() {
		if (this.cited) this.panel("shop.sources", this.cited);
		this.cited = null;
		this.announce(this.spoken);
		this.spoken = "";
		this.streaming = null;
		this.drawRun();
	}

	announce(text) {
		const { live } = this.ui;
		if (text.trim()) live.append(h("p", {}, text.trim()));
		if (live.children.length > 20) live.firstChild.remove();
	}

	/** To the shopper's words, so that prose pushes no card away; to the end once the shopper went there. */
	follow(reading = this.reading) {
		const { scroll } = this.ui;
		const end = scroll.scrollHeight - scroll.clientHeight;
		const said = this.last("user")?.node.offsetTop ?? 0;
		this.reading = reading;
		if (reading === "end") scroll.scrollTop = end;
		if (reading === "turn") scroll.scrollTop = Math.max(scroll.scrollTop, Math.min(end, said - 12));
		this.placed = scroll.scrollTop;
	}

	/** The conversation as the server has it; what only this page knows of stays. */
	restore({ messages, cardSets }) {
		const known = new Set();
		const sets = new Map(list(cardSets).map((set) => [set.cardSet, set]));
		for (const { id, role, content, cardSet, name } of list(messages)) {
			if (sets.has(cardSet)) known.add(this.showCards(sets.get(cardSet)));
			sets.delete(cardSet);
			if (!content) continue;
			const entry = this.say(role, id, content, name);
			if (entry.words.data !== content) entry.words.data = content;
			known.add(entry);
		}
		for (const set of sets.values()) known.add(this.showCards(set));
		for (const entry of [...this.entries.values()].filter((entry) => !known.has(entry))) {
			const { kind, id, value } = entry;
			if (kind === "user" && this.wire.waiting(id)) this.add(entry);
			else if (kind === "user" || (kind === "assistant" && entry !== this.streaming) || (value && value.turnId !== this.state.turnId)) this.drop(entry);
		}
	}

	showCards(value, aloud) {
		const known = this.entries.get(`c:${value.turnId}`);
		known?.update(value);
		const strip = known ?? this.add(new CardStrip(this, value));
		if (aloud) this.announce(strip.label.textContent);
		return strip;
	}
}

customElements.define("floorwalker-chat", FloorwalkerChat);
