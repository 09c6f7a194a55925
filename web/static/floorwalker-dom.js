/* Small tools for building elements. Text is only ever written as text. */

const ICONS = {
	chat: "M4 5h16v11H9.5L5 20v-4H4z",
	close: "M6 6l12 12M18 6L6 18",
	again: "M5 12a7 7 0 1 0 2.2-5.1M5 4v4h4",
	send: "M12 19V5M6 11l6-6 6 6",
	stop: "M7 7h10v10H7z",
	thumb: "M7 11v9H4v-9zM7 11l4-7c1.6 0 2.4 1 2.1 2.6L12.5 10H18c1.3 0 2.1 1.2 1.8 2.4l-1.5 6c-.2 1-1 1.6-2 1.6H7",
};

/** An element with properties and children; strings become text nodes. */
export function h(tag, props = {}, ...children) {
	const node = document.createElement(tag);
	for (const [name, value] of Object.entries(props)) {
		if (name in node) node[name] = value;
		else node.setAttribute(name, value);
	}
	node.append(...children);
	return node;
}

export const button = (className, onclick, ...children) => h("button", { type: "button", className, onclick }, ...children);

export function icon(name) {
	const [node, path] = ["svg", "path"].map((tag) => document.createElementNS("http://www.w3.org/2000/svg", tag));
	node.setAttribute("viewBox", "0 0 24 24");
	path.setAttribute("d", ICONS[name]);
	node.append(path);
	return node;
}

/** Writes only what differs, so that an update in place does not flicker; an empty text hides its node. */
export function write(node, text) {
	if (node.textContent !== text) node.textContent = text;
	node.hidden = !text;
}

/** Puts these children into this order, moving only those that are out of place. */
export function arrange(parent, nodes) {
	for (const child of [...parent.children]) if (!nodes.includes(child)) child.remove();
	nodes.forEach((node, at) => parent.children[at] !== node && parent.insertBefore(node, parent.children[at] ?? null));
}

/** The absolute address where it is http(s); otherwise null. Other schemes can run script. */
export function webAddress(text) {
	const url = text && URL.canParse(text, document.baseURI) ? new URL(text, document.baseURI) : {};
	return /^https?:$/.test(url.protocol) ? url.href : null;
}

/** The value where it is a list; an empty one otherwise: a frame may leave a list out. */
export const list = (value) => (Array.isArray(value) ? value : []);
