/* The wire: session, sequence numbers, resuming, an outbox of what is not yet acknowledged. Knows not what frames mean. */

// Not randomUUID: it exists in secure contexts only, and a shop may be tried over plain http.
export const newId = () => [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(36)).join("");

/** JSON Patch: add, replace and remove. Throws on a path that does not exist. */
export function patched(before, operations) {
	const doc = { root: structuredClone(before) };
	for (const { op, path, value } of operations) {
		const keys = `root${path}`.split("/").map((key) => key.replace(/~1/g, "/").replace(/~0/g, "~"));
		const last = keys.pop();
		const at = keys.reduce((inner, key) => inner[key], doc);
		if (Array.isArray(at)) at.splice(last === "-" ? at.length : last, op === "add" ? 0 : 1, ...(op === "remove" ? [] : [value]));
		else if (op === "remove") delete at[last];
		else at[last] = value;
	}
	return doc.root;
}

/** Storage that a browser may refuse; the widget then lives for this page only. */
export function stored(area, key) {
	let held = null;
	try {
		held = JSON.parse(window[area].getItem(key));
	} catch {}
	return {
		get: () => held,
		set: (value) => {
			held = value;
			try {
				window[area].setItem(key, JSON.stringify(value));
			} catch {}
		},
	};
}

const TRIES = 5; // how often a frame is sent before it is given up
const STABLE = 5000; // milliseconds after which a connection was a good one: the next attempt need not wait

export class Wire {
	/** on: {frame(frame), status(online), gaveUp(frame)} */
	constructor(server, on) {
		this.server = server;
		this.on = on;
		this.session = stored("localStorage", `floorwalker:session:${server}`);
		this.box = stored("sessionStorage", `floorwalker:outbox:${server}`);
		this.outbox = this.box.get() ?? [];
		this.lastSeq = null;
		this.failures = 0;
		this.wanted = this.ready = false;
		const wake = () => this.wanted && !this.socket && document.visibilityState === "visible" && this.connect();
		addEventListener("online", wake);
		document.addEventListener("visibilitychange", wake);
	}

	start() {
		if (this.wanted) return;
		this.wanted = true;
		this.connect();
	}

	stop() {
		this.wanted = this.ready = false;
		clearTimeout(this.timer);
		clearTimeout(this.again);
		this.hangUp();
	}

	hangUp() {
		const { socket } = this;
		this.socket = null;
		socket?.close?.();
	}

	forget() {
		this.session.set(null);
		this.lastSeq = null;
	}

	/** A new session. Messages that were not sent are gone; page events are kept. */
	restart() {
		this.stop();
		this.forget();
		this.keep((item) => item.frame.type === "session.event");
		this.start();
	}

	async connect() {
		clearTimeout(this.timer);
		const attempt = (this.socket = {}); // a mark until the socket exists; a later attempt replaces it
		try {
			if (!this.session.get()) {
				const response = await fetch(`${this.server}/v1/sessions`, { method: "POST" });
				if (!response.ok) throw new Error(response.status);
				const session = await response.json();
				if (this.socket !== attempt) return;
				this.session.set(session);
			}
			this.listen(new WebSocket(`${this.server.replace(/^http/, "ws")}/v1/chat`), this.session.get().token);
		} catch {
			if (this.socket === attempt) this.retry();
		}
	}

	listen(socket, token) {
		this.socket = socket;
		let first = true;
		socket.onopen = () => socket.send(JSON.stringify({ type: "session.start", token, lastSeq: this.lastSeq ?? undefined }));
		socket.onmessage = ({ data }) => {
			if (this.socket !== socket) return;
			const frame = JSON.parse(data);
			if (!this.accept(frame, first)) return;
			try {
				this.on.frame(frame);
			} catch (error) {
				console.warn("floorwalker: not understood", frame, error);
			}
			// A refusal may come before the session does; a frame may have closed the socket.
			if (!first || frame.name === "shop.error" || this.socket !== socket) return;
			first = false;
			this.welcomed = Date.now();
			this.ready = true;
			this.on.status(true);
			this.flush();
		};
		socket.onclose = ({ code }) => {
			if (this.socket !== socket) return;
			if (code === 4401) this.forget();
			if (this.ready && Date.now() - this.welcomed > STABLE) this.failures = 0;
			this.retry();
		};
	}

	/** False for a frame that was seen before. After a gap only a fresh snapshot can be trusted. */
	accept({ type, seq }, first) {
		if (!Number.isInteger(seq)) return true;
		const next = this.lastSeq === null || seq === this.lastSeq + 1 || (first && type === "STATE_SNAPSHOT" && seq <= this.lastSeq);
		if (next) this.lastSeq = seq;
		else if (seq > this.lastSeq) this.resync();
		else return type.endsWith("_SNAPSHOT");
		return next;
	}

	/** Throws away what is known and asks for snapshots. */
	resync() {
		this.lastSeq = null;
		this.hangUp();
		this.retry();
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
		this.keep(() => true);
		this.start();
	}

	/** Sends what is not acknowledged. A frame that the server keeps refusing is not sent for ever. */
	flush() {
		if (!this.ready) return;
		const spent = this.outbox.filter((item) => item.tries >= TRIES);
		this.keep((item) => item.tries < TRIES);
		for (const item of [...this.outbox]) this.transmit(item);
		for (const item of spent) this.on.gaveUp(item.frame);
	}

	/** The server could not take something just now. */
	later() {
		clearTimeout(this.again);
		this.again = setTimeout(() => this.flush(), 4000);
	}

	transmit(item) {
		item.tries += 1;
		this.socket.send(JSON.stringify(item.frame));
		this.keep((other) => item.id !== null || other !== item);
	}

	acknowledged(ids) {
		this.keep((item) => !ids.includes(item.id));
	}

	keep(wanted) {
		this.outbox = this.outbox.filter(wanted);
		this.box.set(this.outbox);
	}

	waiting(id) {
		return this.outbox.some((item) => item.id === id);
	}
}
