/*
 * <floorwalker-chat>: the shop assistant as one custom element. No build step, no dependency.
 *
 * Attributes: server (origin of the assistant; default: where this script came from), language (en, zh, auto),
 * greeting, starters (suggestions, separated by "|"), accent (a CSS colour).
 * Method: report({name, items: [{item_id, quantity, price}]}) tells the assistant what the shopper does.
 * Events for the page: floorwalker:select {id, url} and floorwalker:add-to-cart {id}; the page performs them.
 * An unprevented select follows the product's own address.
 *
 * Everything a server says is written as text, never as HTML.
 */
import { CardStrip } from "./floorwalker-cards.js";
import { arrange, h, icon, list, webAddress, write } from "./floorwalker-dom.js";
import { STRINGS } from "./floorwalker-strings.js";
import { STYLE } from "./floorwalker-style.js";
import { newId, patched, stored, Wire } from "./floorwalker-wire.js";

/** Refusals that the same frame may not meet again a little later. */
const PASSING = new Set(["rate_limited", "journal_down", "retrieval_down", "internal"]);

class FloorwalkerChat extends HTMLElement {
  static observedAttributes = ["language", "greeting", "starters", "accent"];

  constructor() {
    super();
    this.root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.root.adoptedStyleSheets = [sheet];
    this.state = { constraints: { chips: [], need: "" }, turnId: null };
    this.entries = new Map(); // key -> {key, kind, node, ...}; the order is the log's
    this.streaming = null;
    this.online = true;
    this.spoken = "";
    this.early = [];
    this.reading = "turn"; // or "end", or "elsewhere": where the shopper has scrolled to
    this.placed = 0;
    this.host = this.forCards();
  }

  connectedCallback() {
    if (this.wire) return this.wire.wanted ? undefined : this.wire.start();
    const asked = this.getAttribute("server");
    const base = asked ? new URL(asked, document.baseURI).href.replace(/\/+$/, "") : new URL(import.meta.url).origin;
    this.wire = new Wire(base, {
      frame: (frame) => this.receive(frame),
      status: (online) => this.connection(online),
      gaveUp: (frame) => frame.type === "message.create" && this.failed({}),
    });
    this.opened = stored("sessionStorage", `floorwalker:open:${base}`);
    this.build();
    this.relabel();
    for (const event of this.early.splice(0)) this.report(event);
    for (const { frame } of this.wire.outbox) if (frame.type === "message.create") this.say("user", frame.id, frame.text);
    if (this.wire.outbox.length) this.wire.start();
    if (this.opened.get()) this.show(true, false);
  }

  disconnectedCallback() {
    this.wire.stop();
  }

  attributeChangedCallback() {
    if (this.wire) this.relabel();
  }

  get language() {
    const asked = this.getAttribute("language");
    if (asked && Object.hasOwn(STRINGS, asked)) return asked;
    return /^zh\b/i.test(navigator.language) ? "zh" : "en";
  }

  /** Tells the assistant what the shopper does in the shop. Kept and repeated until it is acknowledged. */
  report(event) {
    if (!this.wire) return void this.early.push(event);
    const full = { event_id: newId(), time: new Date().toISOString(), ...event };
    this.wire.send({ type: "session.event", event: full }, full.event_id);
  }

  text(key, values = {}) {
    return STRINGS[this.language][key].replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  }

  /** What a card may know of this element, and ask of it. */
  forCards() {
    const widget = this;
    return {
      get language() {
        return widget.language;
      },
      text: (key, values) => this.text(key, values),
      select: (product) => this.select(product),
      add: (product) => this.tell("add-to-cart", { id: product.id }),
      vote: ({ id }, cardSet, value) =>
        this.wire.send({ type: "feedback", productId: id, cardSet, value }, `feedback:${cardSet}:${id}`),
      running: (turnId) => this.state.turnId === turnId,
    };
  }

  /** The text of a code that the server chose, if we have words for it. */
  coded(group, code) {
    const key = `${group}_${code}`;
    return Object.hasOwn(STRINGS.en, key) ? this.text(key) : "";
  }

  // ---- building -------------------------------------------------------------------------------------------

  build() {
    const button = (className, image, onclick) => h("button", { type: "button", className, onclick }, ...(image ? [icon(image)] : []));
    const ui = (this.ui = {
      launcher: button("launcher", "chat", () => this.show(true)),
      launch: h("span"),
      title: h("h2"),
      again: button("icon", "again", () => this.asking(true)),
      close: button("icon", "close", () => this.show(false)),
      ask: h("div", { className: "bar", hidden: true }),
      askText: h("p"),
      askYes: button("pill main", null, () => this.startOver()),
      askNo: button("pill", null, () => this.asking(false)),
      offline: h("div", { className: "bar", hidden: true, role: "status" }),
      scroll: h("div", { className: "scroll" }),
      log: h("div", { className: "log", role: "log", "aria-live": "off" }),
      greeting: h("p", { className: "msg", dir: "auto" }),
      starters: h("div", { className: "answers" }),
      busy: h("div", { className: "busy", hidden: true }, h("span", { className: "dots" }, h("i"), h("i"), h("i"))),
      busyText: h("span"),
      live: h("div", { className: "away", "aria-live": "polite" }),
      latest: button("round latest", "down", () => this.follow(true)),
      chips: h("ul", { className: "chips", hidden: true }),
      input: h("textarea", { rows: 1, maxLength: 2000, dir: "auto", enterKeyHint: "send" }),
      stop: button("round stop", "stop", () => this.wire.ready && this.wire.send({ type: "response.cancel" })),
      send: h("button", { type: "submit", className: "round", disabled: true }, icon("send")),
    });
    ui.launcher.append(ui.launch);
    ui.ask.append(ui.askText, ui.askYes, ui.askNo);
    ui.busy.append(ui.busyText);
    ui.latest.hidden = ui.stop.hidden = true;
    ui.scroll.append(h("div", { className: "log" }, ui.greeting, ui.starters), h("p", { className: "away" }), ui.log, ui.busy);
    ui.scroll.firstChild.style.marginBottom = "14px";
    const form = h("form", { onsubmit: (event) => this.submit(event) }, ui.input, ui.stop, ui.send);
    ui.panel = h(
      "section", { className: "panel", hidden: true, role: "dialog" },
      h("header", {}, ui.title, ui.again, ui.close), ui.offline, ui.ask, ui.scroll,
      h("div", { className: "foot" }, ui.latest, ui.chips, form), ui.live,
    );
    ui.input.addEventListener("input", () => this.typed());
    ui.input.addEventListener("keydown", (event) => {
      // 229: Safari ends a composition before the Enter that ended it.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      form.requestSubmit();
    });
    ui.panel.addEventListener("keydown", (event) => event.key === "Escape" && !event.isComposing && this.show(false));
    ui.scroll.addEventListener("scroll", () => this.scrolled(), { passive: true });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.colour());
    window.visualViewport?.addEventListener("resize", () => this.style.setProperty("--tall", `${visualViewport.height}px`));
    this.root.append(ui.launcher, ui.panel);
  }

  /** Every word that is ours, again: for a change of language, greeting or colour. */
  relabel() {
    const { ui } = this;
    ui.panel.lang = ui.launcher.lang = this.language === "zh" ? "zh-CN" : "en";
    write(ui.launch, this.text("open"));
    write(ui.title, this.text("title"));
    ui.panel.setAttribute("aria-label", this.text("title"));
    ui.log.setAttribute("aria-label", this.text("conversation"));
    ui.chips.setAttribute("aria-label", this.text("wishes"));
    for (const [node, key] of [[ui.again, "start_over"], [ui.close, "close"], [ui.send, "send"], [ui.stop, "stop"], [ui.latest, "latest"]]) {
      node.title = this.text(key);
      node.setAttribute("aria-label", this.text(key));
    }
    write(ui.askText, this.text("start_over_ask"));
    write(ui.askYes, this.text("start_over"));
    write(ui.askNo, this.text("keep"));
    ui.offline.textContent = this.text("offline");
    write(ui.greeting, this.getAttribute("greeting") || this.text("greeting"));
    write(ui.busyText, this.text("working"));
    ui.input.placeholder = this.text("placeholder");
    ui.input.setAttribute("aria-label", this.text("placeholder"));
    const starters = (this.getAttribute("starters") || "").split("|").map((text) => text.trim()).filter(Boolean);
    ui.starters.replaceChildren(...starters.map((text) => this.answer(text, text)));
    for (const entry of this.entries.values()) entry.redraw?.();
    this.colour();
    this.drawState();
    this.drawRun();
  }

  /** The shop's own colour, with black or white on it, whichever reads better. */
  colour() {
    const accent = this.getAttribute("accent");
    for (const name of ["--accent", "--on-accent", "--ring"]) this.style.removeProperty(name);
    if (!accent || !CSS.supports("color", accent)) return;
    this.style.setProperty("--accent", accent);
    // Painted, because a colour may be given in any notation.
    const paint = h("canvas", { width: 1, height: 1 }).getContext("2d");
    paint.fillStyle = getComputedStyle(this.ui.send).backgroundColor;
    paint.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    this.style.setProperty("--on-accent", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.18 ? "#000" : "#fff");
    this.style.setProperty("--ring", "var(--ink)");
  }

  // ---- the shopper's side ---------------------------------------------------------------------------------

  show(open, focus = true) {
    const { ui } = this;
    ui.panel.hidden = !open;
    ui.launcher.hidden = open;
    this.opened.set(open);
    if (open) {
      ui.launcher.classList.remove("unread");
      this.wire.start();
      this.colour();
      this.follow(true);
      if (focus) this.refocus(true);
    } else if (focus) ui.launcher.focus();
  }

  /** Back to the composer; on a touch screen that would raise the keyboard, so there the panel's close button. */
  refocus(opening = false) {
    if (!matchMedia("(pointer: coarse)").matches) this.ui.input.focus();
    else if (opening) this.ui.close.focus();
  }

  asking(open) {
    this.ui.ask.hidden = !open;
    (open ? this.ui.askYes : this.ui.again).focus();
  }

  startOver() {
    this.ui.ask.hidden = true;
    this.clear();
    this.wire.restart();
    this.refocus();
  }

  clear() {
    this.entries.clear();
    this.ui.log.replaceChildren();
    this.streaming = null;
    this.state = { constraints: { chips: [], need: "" }, turnId: null };
    this.drawState();
    this.drawRun();
  }

  typed() {
    const { input, send } = this.ui;
    send.disabled = !input.value.trim();
    if (CSS.supports("field-sizing", "content")) return;
    input.style.height = "auto";
    input.style.height = `${input.scrollHeight}px`;
  }

  submit(event) {
    event.preventDefault();
    const text = this.ui.input.value.trim();
    if (!text) return;
    this.ui.input.value = "";
    this.typed();
    this.create(text);
    this.refocus();
  }

  create(text) {
    const id = newId();
    this.wire.send({ type: "message.create", id, text }, id);
    this.settleQuestions();
    this.say("user", id, text);
    this.reading = "turn";
    this.follow();
  }

  answer(label, text) {
    const onclick = () => {
      this.create(text);
      this.refocus();
    };
    return h("button", { type: "button", className: "pill", dir: "auto", onclick }, label);
  }

  /** A cancelable event for the page. Returns whether the page left it to us. */
  tell(name, detail) {
    return this.dispatchEvent(new CustomEvent(`floorwalker:${name}`, { detail, bubbles: true, composed: true, cancelable: true }));
  }

  select(product) {
    const left = this.tell("select", { id: product.id, url: product.url });
    if (matchMedia("(max-width: 600px)").matches) this.show(false, false);
    const url = webAddress(product.url);
    if (left && url) location.assign(url);
  }

  // ---- frames ---------------------------------------------------------------------------------------------

  receive(frame) {
    switch (frame.type) {
      case "STATE_SNAPSHOT":
        this.state = frame.snapshot ?? {};
        this.drawState();
        return this.run(this.state.turnId ?? null);
      case "STATE_DELTA":
        try {
          this.state = patched(this.state, frame.delta);
        } catch {
          return this.wire.resync();
        }
        this.drawState();
        return this.run(this.state.turnId ?? null);
      case "MESSAGES_SNAPSHOT":
        return this.restore(list(frame.messages), list(frame.cardSets));
      case "RUN_STARTED":
        this.settleQuestions();
        for (const entry of this.entries.values()) if (entry.kind === "error") this.drop(entry);
        // The shopper may have written in another tab.
        for (const { role, id, content } of list(frame.input?.messages)) if (role === "user") this.say("user", id, content);
        return this.run(frame.runId ?? "running");
      case "RUN_FINISHED":
        if (frame.result?.cancelled) this.note("quiet", this.text("stopped"));
        return this.run(null);
      case "RUN_ERROR":
        this.failed(frame);
        return this.run(null);
      case "TEXT_MESSAGE_START":
        return this.textStarted(frame);
      case "TEXT_MESSAGE_CONTENT":
        return this.textAdded(frame);
      case "TEXT_MESSAGE_END":
        return this.textFinished();
      case "CUSTOM":
        return this.custom(frame.name, frame.value ?? {});
    }
  }

  custom(name, value) {
    if (name === "shop.products") this.showCards(value);
    else if (name === "shop.reasons") this.addReasons(value);
    else if (name === "shop.comparison") this.compare(value);
    else if (name === "shop.question") this.question(value);
    else if (name === "shop.notice") {
      const text = value.text || this.coded("notice", value.code);
      if (text) this.note("", text);
    } else if (name === "shop.ack") this.acknowledged(list(value.ids));
    else if (name === "shop.error") {
      console.warn("floorwalker: refused", value.code, value.field, value.fix);
      const text = this.coded("refused", value.code); // the others are for the shop's developers
      if (text) this.note("", text);
      this.drawState();
      if (PASSING.has(value.code)) this.wire.later();
    }
  }

  /** The run decides what is busy; nothing else does, so "busy" cannot outlive its turn. */
  run(turnId) {
    this.state = { ...this.state, turnId };
    if (turnId === null) {
      if (this.streaming) this.textFinished();
      for (const entry of this.entries.values()) if (entry.kind === "cards" && entry.value.provisional) entry.redraw();
    }
    this.drawRun();
    this.follow();
  }

  drawRun() {
    const { ui } = this;
    const running = this.state.turnId != null && this.online;
    if (!running && this.root.activeElement === ui.stop) this.refocus(true);
    ui.stop.hidden = !running;
    ui.busy.hidden = !running || Boolean(this.streaming);
    ui.starters.hidden = this.entries.size > 0;
  }

  connection(online) {
    this.online = online;
    this.ui.offline.hidden = online;
    this.drawRun();
  }

  acknowledged(ids) {
    this.wire.acknowledged(ids);
    for (const id of ids) this.entries.get(`m:${id}`)?.redraw?.();
  }

  // ---- the log --------------------------------------------------------------------------------------------

  add(entry) {
    this.entries.set(entry.key, entry);
    this.ui.log.append(entry.node);
    this.ui.starters.hidden = true;
    if (this.ui.panel.hidden && entry.kind !== "user") this.ui.launcher.classList.add("unread");
    this.follow();
    return entry;
  }

  drop(entry) {
    this.entries.delete(entry.key);
    entry.node.remove();
  }

  message(role, id, content) {
    const words = document.createTextNode(content);
    const node = h("div", { className: `msg ${role}`, dir: "auto" });
    const lead = h("span", { className: "away" });
    if (role === "user") node.append(lead);
    node.append(words);
    const redraw = () => {
      const pending = this.wire.waiting(id);
      lead.textContent = `${this.text(pending ? "sending" : "you")} `;
      node.classList.toggle("pending", pending);
    };
    redraw();
    return { key: `m:${id}`, kind: role, id, node, words, redraw };
  }

  say(role, id, content) {
    return this.entries.get(`m:${id}`) ?? this.add(this.message(role, id, content));
  }

  note(className, text, ...more) {
    this.announce(text);
    const node = h("div", { className: `note ${className}`, dir: "auto" }, text, ...more);
    return this.add({ key: `n:${newId()}`, kind: more.length ? "error" : "note", node });
  }

  failed({ code, message }) {
    const said = [...this.entries.values()].filter((entry) => entry.kind === "user").pop()?.words.data;
    const onclick = () => {
      this.drop(entry);
      this.create(said);
      this.refocus();
    };
    const again = h("button", { type: "button", className: "pill", onclick }, this.text("retry"));
    const text = message || this.coded("error", code) || this.text("error_any");
    const entry = this.note("", text, h("br"), ...(said ? [again] : []));
  }

  textStarted({ messageId, role }) {
    const known = this.entries.get(`m:${messageId}`);
    if (role === "user") {
      this.streaming = known ? null : this.say("user", messageId, "");
      this.ignored = known ? messageId : null;
      return;
    }
    if (known) known.words.data = "";
    this.streaming = known ?? this.say("assistant", messageId, "");
    this.spoken = "";
    this.drawRun();
  }

  textAdded({ messageId, delta }) {
    if (messageId === this.ignored) return;
    const entry = this.entries.get(`m:${messageId}`) ?? this.say("assistant", messageId, "");
    if (this.streaming !== entry) this.streaming = entry;
    entry.words.appendData(delta);
    this.drawRun();
    this.follow();
    if (entry.kind === "user") return;
    // A screen reader hears sentences, not tokens.
    this.spoken += delta;
    const end = this.spoken.search(/([.!?](?=\s)|[。！？\n])(?![\s\S]*([.!?]\s|[。！？\n]))/) + 1;
    if (end) {
      this.announce(this.spoken.slice(0, end));
      this.spoken = this.spoken.slice(end);
    }
  }

  textFinished() {
    this.announce(this.spoken);
    this.spoken = "";
    const text = this.streaming?.words.data.trim();
    this.streaming = this.ignored = null;
    // A question may come as text too: then its answers need no second wording.
    for (const entry of this.entries.values()) if (entry.kind === "question" && text?.includes(entry.text)) entry.words.hidden = true;
    this.drawRun();
  }

  announce(text) {
    if (!text.trim()) return;
    const { live } = this.ui;
    live.append(h("p", {}, text.trim()));
    while (live.children.length > 20) live.firstChild.remove();
  }

  scrolled() {
    const { scroll, latest } = this.ui;
    const left = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight;
    latest.hidden = left < 60;
    if (Math.abs(scroll.scrollTop - this.placed) < 4) return;
    this.placed = scroll.scrollTop;
    this.reading = left < 60 ? "end" : "elsewhere";
  }

  /** Keeps the answer in view: scrolls down until the shopper's words are at the top, so that cards are not pushed
   * away by prose; on to the end where the shopper has gone there; not at all where the shopper has gone elsewhere. */
  follow(always = false) {
    const { scroll, latest } = this.ui;
    const end = scroll.scrollHeight - scroll.clientHeight;
    if (always || this.reading === "end") scroll.scrollTop = end;
    else if (this.reading === "turn") {
      const said = this.entriesInOrder().filter(([, entry]) => entry.kind === "user").pop();
      const top = said ? said[1].node.offsetTop - 12 : end;
      scroll.scrollTop = Math.max(scroll.scrollTop, Math.min(end, top));
    }
    if (always) this.reading = "end";
    if (always || this.reading !== "elsewhere") this.placed = scroll.scrollTop;
    latest.hidden = end - scroll.scrollTop < 60;
  }

  /** The conversation as the server has it; what only this page knows keeps its place. */
  restore(messages, cardSets) {
    const sets = new Map(cardSets.map((set) => [set.cardSet, set]));
    const order = [];
    const showSet = (set) => {
      sets.delete(set.cardSet);
      order.push(this.showCards(set, false).key);
    };
    for (const { id, role, content, cardSet } of messages) {
      if (sets.has(cardSet)) showSet(sets.get(cardSet));
      if (!content) continue;
      const entry = this.say(role === "user" ? "user" : "assistant", id, content);
      if (entry.words.data !== content) entry.words.data = content;
      order.push(entry.key);
    }
    for (const set of sets.values()) showSet(set);
    const server = new Set(order);
    let before = null;
    for (const [key, entry] of this.entriesInOrder()) {
      if (server.has(key)) before = key;
      else if (!this.ours(entry)) this.drop(entry);
      else {
        order.splice(before === null || this.wire.waiting(entry.id) ? order.length : order.indexOf(before) + 1, 0, key);
        before = key;
      }
    }
    this.entries = new Map(order.map((key) => [key, this.entries.get(key)]));
    arrange(this.ui.log, [...this.entries.values()].map((entry) => entry.node));
    if (this.streaming && !this.entries.has(this.streaming.key)) this.streaming = null;
    this.drawRun();
    this.follow();
  }

  entriesInOrder() {
    const places = new Map([...this.ui.log.children].map((node, at) => [node, at]));
    return [...this.entries].sort(([, a], [, b]) => places.get(a.node) - places.get(b.node));
  }

  ours(entry) {
    if (entry.kind === "user") return this.wire.waiting(entry.id);
    if (entry.kind === "assistant") return entry === this.streaming;
    if (entry.kind === "cards") return this.state.turnId != null && entry.value.turnId === this.state.turnId;
    return true;
  }

  // ---- what an answer is made of --------------------------------------------------------------------------

  showCards(value, aloud = true) {
    const key = `c:${value.turnId}`;
    const known = this.entries.get(key);
    if (known) known.update(value);
    const entry = known ?? this.add(new CardStrip(this.host, value));
    if (aloud) this.announce(entry.label.textContent);
    this.follow();
    return entry;
  }

  addReasons({ turnId, cardSet, reasons }) {
    const entry = this.entries.get(`c:${turnId}`);
    if (entry?.value.cardSet === cardSet) entry.addReasons(reasons);
    this.follow();
  }

  /** What the shopper knows as [handle]: the latest card set's product. */
  named(handle) {
    const sets = this.entriesInOrder().map(([, entry]) => entry).filter((entry) => entry.kind === "cards");
    return list(sets.pop()?.value.products).find((product) => product.handle === handle)?.title ?? `[${handle}]`;
  }

  compare({ turnId, columns, rows }) {
    const key = `t:${turnId}`;
    const caption = h("caption");
    const head = h("tr", {}, h("td"), ...list(columns).map((handle) => h("th", { scope: "col", dir: "auto" }, this.named(handle))));
    const cell = (value) => h("td", { dir: "auto" }, value == null ? "—" : String(value));
    const body = list(rows).map((row) => h("tr", {}, h("th", { scope: "row", dir: "auto" }, row.name), ...list(row.values).map(cell)));
    const table = h("table", {}, caption, h("thead", {}, head), h("tbody", {}, ...body));
    const node = h("div", { className: "table", tabIndex: 0, role: "group" }, table);
    const redraw = () => {
      caption.textContent = this.text("comparison");
      node.setAttribute("aria-label", this.text("comparison"));
      for (const empty of node.querySelectorAll("td")) if (empty.textContent === "—") empty.setAttribute("aria-label", this.text("unknown"));
    };
    redraw();
    const old = this.entries.get(key);
    if (old) this.drop(old);
    this.add({ key, kind: "comparison", node, redraw });
  }

  question({ turnId, text, answers }) {
    const words = h("p", { className: "msg", dir: "auto" }, text);
    const given = [...this.entries.values()].some((entry) => entry.kind === "assistant" && entry.words.data.includes(text));
    words.hidden = Boolean(this.streaming) && given;
    const taps = h("div", { className: "answers" }, ...list(answers).map(({ label, text: sent }) => this.answer(label, sent)));
    const key = `q:${turnId}`;
    if (this.entries.has(key)) this.drop(this.entries.get(key));
    this.add({ key, kind: "question", node: h("div", {}, words, taps), words, taps, text });
    if (!words.hidden) this.announce(text);
  }

  /** An answered question keeps its words and loses its buttons. */
  settleQuestions() {
    for (const entry of this.entries.values()) if (entry.kind === "question") entry.taps.remove();
  }

  drawState() {
    const { chips: strip } = this.ui;
    const focused = [...strip.querySelectorAll("button")].indexOf(this.root.activeElement);
    const chips = list(this.state.constraints?.chips).map((chip) => {
      const words = Object.hasOwn(STRINGS.en, `field_${chip.field}`) ? this.text(`field_${chip.field}`, chip) : chip.value;
      const onclick = ({ currentTarget }) => {
        this.wire.send({ type: "constraint.clear", path: chip.path });
        currentTarget.style.opacity = ".5";
      };
      const label = h("span", { dir: "auto" }, words);
      return h("li", {}, h("button", { type: "button", className: "chip", onclick, "aria-label": this.text("remove", { label: words }) }, label, icon("close")));
    });
    strip.replaceChildren(...chips);
    strip.hidden = !chips.length;
    if (focused < 0) return;
    const next = strip.querySelectorAll("button")[Math.min(focused, chips.length - 1)];
    if (next) next.focus();
    else this.refocus(true);
  }
}

customElements.define("floorwalker-chat", FloorwalkerChat);
