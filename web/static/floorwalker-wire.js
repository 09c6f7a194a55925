/*
 * The wire between widget and server: session, sequence numbers, resuming, and an outbox of what is not yet acknowledged.
 * Knows nothing of what frames mean or how anything looks.
 */
import { list } from "./floorwalker-dom.js";

// randomUUID exists in secure contexts only, and a shop may be tried over plain http.
export const newId = () =>
  crypto.randomUUID?.() ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");

/** JSON Patch: add, replace and remove. Throws on a path that does not exist. */
export function patched(document_, operations) {
  let doc = structuredClone(document_);
  for (const { op, path, value } of operations) {
    const keys = path.split("/").slice(1).map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
    const last = keys.pop();
    if (last === undefined) {
      doc = value;
      continue;
    }
    let at = doc;
    for (const key of keys) {
      if (!Object.hasOwn(at, key)) throw new Error(`no ${path}`);
      at = at[key];
    }
    if (Array.isArray(at)) {
      const index = last === "-" ? at.length : Number(last);
      if (!(index >= 0 && index <= at.length)) throw new Error(`no ${path}`);
      if (op === "add") at.splice(index, 0, value);
      else if (op === "replace") at[index] = value;
      else at.splice(index, 1);
    } else if (op === "remove") delete at[last];
    else Object.defineProperty(at, last, { value, enumerable: true, configurable: true, writable: true });
  }
  return doc;
}

/** Storage that a browser may refuse; the widget then lives for this page only. */
export function stored(area, key) {
  let held = null;
  return {
    get() {
      try {
        return JSON.parse(window[area].getItem(key)) ?? held;
      } catch {
        return held;
      }
    },
    set(value) {
      held = value;
      try {
        if (value === null) window[area].removeItem(key);
        else window[area].setItem(key, JSON.stringify(value));
      } catch {
        // Blocked or full: `held` serves this page.
      }
    },
  };
}

/** How often a frame is sent before it is given up. */
const TRIES = 5;

/** A connection that lasted this long, in milliseconds, was a good one: the next attempt need not wait. */
const STABLE = 5000;

/** The socket: session, sequence, reconnection, and an outbox that is kept until it is acknowledged. */
export class Wire {
  /** on: {frame(frame), status(online), gaveUp(frame)} */
  constructor(server, on) {
    this.server = server;
    this.on = on;
    this.session = stored("localStorage", `floorwalker:session:${server}`);
    this.box = stored("sessionStorage", `floorwalker:outbox:${server}`);
    this.outbox = list(this.box.get());
    this.lastSeq = null;
    this.failures = 0;
    this.wanted = false;
    this.ready = false;
    this.wake = () => this.wanted && !this.socket && document.visibilityState === "visible" && this.connect();
  }

  start() {
    if (this.wanted) return;
    this.wanted = true;
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.connect();
  }

  stop() {
    this.wanted = this.ready = false;
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearTimeout(this.timer);
    clearTimeout(this.again);
    const socket = this.socket;
    this.socket = null;
    socket?.close?.();
  }

  /** A new session: the token, the count and the messages that were not sent are gone; page events are kept. */
  restart() {
    this.stop();
    this.session.set(null);
    this.lastSeq = null;
    this.outbox = this.outbox.filter((item) => item.frame.type === "session.event");
    this.box.set(this.outbox);
    this.start();
  }

  async connect() {
    clearTimeout(this.timer);
    const attempt = (this.socket = {}); // a mark until the socket exists: a later attempt replaces it
    let session = this.session.get();
    try {
      if (!session?.token) {
        const response = await fetch(`${this.server}/v1/sessions`, { method: "POST" });
        if (!response.ok) throw new Error(`sessions: ${response.status}`);
        session = await response.json();
        if (this.socket !== attempt) return;
        this.session.set(session);
        this.lastSeq = null;
      }
      if (this.socket === attempt) this.listen(new WebSocket(`${this.server.replace(/^http/, "ws")}/v1/chat`), session.token);
    } catch {
      if (this.socket === attempt) this.retry();
    }
  }

  listen(socket, token) {
    this.socket = socket;
    let first = true;
    socket.onopen = () => {
      const resume = this.lastSeq === null ? {} : { lastSeq: this.lastSeq };
      socket.send(JSON.stringify({ type: "session.start", token, ...resume }));
    };
    socket.onmessage = ({ data }) => {
      if (this.socket !== socket) return;
      let frame;
      try {
        frame = JSON.parse(data);
      } catch {
        return;
      }
      if (!this.accept(frame, first)) return;
      try {
        this.on.frame(frame);
      } catch (error) {
        console.warn("floorwalker: frame not understood", frame.type, frame.name ?? "", error);
      }
      // A refusal may come before the session does; and a frame may have closed the socket.
      if (!first || frame.name === "shop.error" || this.socket !== socket) return;
      first = false;
      this.welcome();
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      if (code === 4401) {
        this.session.set(null);
        this.lastSeq = null;
      }
      if (this.ready && Date.now() - this.welcomed > STABLE) this.failures = 0;
      this.retry();
    };
  }

  /** False for a frame that was seen before. After a gap only a fresh snapshot can be trusted. */
  accept({ type, seq }, first) {
    if (!Number.isInteger(seq)) return true;
    if (first && type === "STATE_SNAPSHOT" && (this.lastSeq === null || seq <= this.lastSeq)) this.lastSeq = seq;
    else if (this.lastSeq === null || seq === this.lastSeq + 1) this.lastSeq = seq;
    else if (seq <= this.lastSeq) return type.endsWith("_SNAPSHOT");
    else {
      this.resync();
      return false;
    }
    return true;
  }

  /** Throw away what is known and ask for snapshots. */
  resync() {
    this.lastSeq = null;
    const socket = this.socket;
    this.socket = null;
    socket?.close?.();
    this.retry();
  }

  welcome() {
    this.welcomed = Date.now();
    this.ready = true;
    this.on.status(true);
    this.flush();
  }

  /** Sends what is not acknowledged. A frame that the server keeps refusing is not sent for ever. */
  flush() {
    clearTimeout(this.again);
    if (!this.ready) return;
    const spent = this.outbox.filter((item) => item.tries >= TRIES);
    this.outbox = this.outbox.filter((item) => item.tries < TRIES);
    for (const item of [...this.outbox]) this.transmit(item);
    for (const item of spent) this.on.gaveUp(item.frame);
  }

  /** The server could not take something just now: what it did not acknowledge is sent again in a while. */
  later() {
    clearTimeout(this.again);
    this.again = setTimeout(() => this.flush(), 4000);
  }

  retry() {
    this.socket = null;
    this.ready = false;
    if (!this.wanted) return;
    const wait = Math.min(30_000, 500 * 2 ** this.failures++) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.connect(), wait);
    this.on.status(false);
  }

  /** Sends now, or once connected. A frame with an id stays in the outbox until it is acknowledged. */
  send(frame, id = null) {
    const item = { frame, id, tries: 0 };
    this.outbox.push(item);
    if (this.ready) this.transmit(item);
    this.box.set(this.outbox);
    this.start();
  }

  transmit(item) {
    item.tries += 1;
    this.socket.send(JSON.stringify(item.frame));
    if (item.id === null) this.outbox = this.outbox.filter((other) => other !== item);
    this.box.set(this.outbox);
  }

  acknowledged(ids) {
    this.outbox = this.outbox.filter((item) => !ids.includes(item.id));
    this.box.set(this.outbox);
  }

  waiting(id) {
    return this.outbox.some((item) => item.id === id);
  }
}
