/* How the widget looks, in its shadow root: the shop's style sheet does not reach it, nor it the shop. */

// Black or white, whichever reads better on the accent: 0.179 is the luminance at which they change places.
const ON = "clamp(0, (0.179 - (0.2126 * r + 0.7152 * g + 0.0722 * b)) * 9999, 1)";

export const STYLE = `
:host { all: initial; color-scheme: light dark; --accent: light-dark(#1f5b46, #8fd3b4); }
.launcher, .panel {
	--bg: light-dark(#fff, #161c19); --soft: light-dark(#f3f5f1, #222a26); --ink: light-dark(#1b2420, #ebf1ed);
	--muted: light-dark(#56635c, #a9b6af); --line: light-dark(#dfe5df, #36413b); --warm: light-dark(#8a4b08, #f2c27d);
	--warm-bg: light-dark(#fdf3e3, #33291a); --on-accent: color(from var(--accent) srgb-linear ${ON} ${ON} ${ON});
	position: fixed; inset: auto 24px 24px auto; z-index: 2147483000; box-shadow: 0 10px 40px rgb(0 0 0 / .24); color: var(--ink);
	font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; }
* { box-sizing: border-box; margin: 0; padding: 0; overflow-wrap: anywhere; list-style: none; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; background: none; border: 0; cursor: pointer; }
button:disabled { cursor: default; opacity: .5; }
:focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
svg { width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; display: block; }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher { display: flex; gap: 10px; align-items: center; padding: 14px 20px; border-radius: 99px; font-weight: 600; }
.launcher, .pill.main, .add, .round, .user { background: var(--accent); color: var(--on-accent); }
.panel { width: 420px; height: min(760px, 100dvh - 88px); display: flex; flex-direction: column; background: var(--bg);
	border: 1px solid var(--line); border-radius: 18px; overflow: hidden; }
.head { display: flex; align-items: center; padding: 9px 10px 9px 20px; border-bottom: 1px solid var(--line); }
h2 { flex: 1; font-size: 16px; font-weight: 650; }
.icon { width: 40px; height: 40px; flex: none; display: grid; place-items: center; border-radius: 10px; color: var(--muted); }
.icon:hover, .pill:hover, .chip:hover { background: var(--line); color: var(--ink); }
.bar, .note { padding: 10px 20px; background: var(--warm-bg); color: var(--warm); font-size: 14px; }
.scroll { position: relative; flex: 1; overflow-y: auto; overflow-anchor: none; overscroll-behavior: contain; padding: 20px 0 14px; }
.log { display: flex; flex-direction: column; gap: 14px; margin-bottom: 14px; }
.msg, .note, .answers, .table, .busy { margin: 0 20px; }
.msg { white-space: pre-wrap; }
.msg.user { align-self: flex-end; max-width: 82%; padding: 9px 15px; border-radius: 16px 16px 4px; }
.pending { opacity: .6; }
.note { padding: 8px 12px; border-radius: 10px; }
.note.quiet { background: none; padding: 0; color: var(--muted); }
.note > button { margin: 6px 6px 0 0; }
a { display: block; color: inherit; }
.pill { padding: 6px 14px; min-height: 36px; border: 1px solid var(--line); border-radius: 99px; background: var(--bg);
	color: var(--ink); font-size: 14px; text-align: start; }
.answers { display: flex; flex-wrap: wrap; gap: 8px; }
h3 { display: flex; align-items: center; gap: 4px; min-height: 40px; padding: 0 12px 4px 20px; font-size: 13px; font-weight: 400; color: var(--muted); }
h3 span { flex: 1; }
.strip { display: flex; gap: 12px; padding: 2px 20px 6px; overflow-x: auto; scrollbar-width: thin; scroll-padding: 20px; }
.card { flex: 0 0 214px; display: flex; flex-direction: column; border: 1px solid var(--line);
	border-radius: 14px; overflow: hidden; }
.card:only-child { flex-basis: 100%; }
.top, .pic { position: relative; }
.pic { display: block; width: 100%; aspect-ratio: 3 / 2; background: var(--soft); color: var(--muted); }
.pic img { width: 100%; height: 100%; object-fit: cover; display: block; }
.no, .stock, .votes { position: absolute; top: 8px; left: 8px; padding: 1px 8px; border-radius: 99px; font-size: 12px; background: var(--bg); }
.stock { left: auto; right: 8px; }
.stock.out_of_stock { background: var(--ink); color: var(--bg); }
.stock.preorder { background: var(--warm-bg); color: var(--warm); }
.votes { inset: auto 8px 8px auto; padding: 0; display: flex; }
.votes .icon { width: 32px; height: 32px; border-radius: 50%; }
.votes svg { width: 16px; height: 16px; }
.down svg { rotate: 180deg; }
.icon[aria-pressed=true] { background: var(--ink); color: var(--bg); }
.body { flex: 1; padding: 10px 13px 8px; }
.worth { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 8px; }
.brand, .rating, s { font-size: 13px; font-weight: 400; color: var(--muted); }
.name { font-weight: 600; line-height: 1.35; display: -webkit-box; -webkit-line-clamp: 3; -webkit-box-orient: vertical; overflow: hidden; }
.price { font-weight: 600; }
s { margin-inline-start: 6px; }
.reason { margin-top: 5px; padding-inline-start: 10px; border-inline-start: 2px solid var(--accent); font-size: 13.5px; line-height: 1.45; }
.acts, .asks { display: flex; justify-content: space-between; gap: 6px; padding: 0 13px 6px; }
.acts button { min-height: 38px; padding: 4px 10px; border-radius: 9px; font-size: 14px; font-weight: 600; line-height: 1.2; }
.view { border: 1px solid var(--line); }
.add { flex: 1; }
.add:disabled { background: var(--soft); color: var(--muted); opacity: 1; }
.cards:has(~ .cards) .asks { display: none; } /* #2 is one of the latest cards */
.link { min-height: 34px; font-size: 13px; color: var(--muted); text-decoration: underline; text-underline-offset: 3px; }
.link[aria-pressed=true]::before { content: "✓ "; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; font-size: 14px; line-height: 1.4; }
caption, th { text-align: start; font-weight: 400; font-size: 13px; color: var(--muted); }
caption, th, td { padding: 2px 8px 8px 12px; vertical-align: top; }
thead th { font-weight: 600; color: var(--ink); }
tbody th::first-letter { text-transform: uppercase; }
tbody th { padding: 8px 12px 0; border-top: 1px solid var(--line); }
.busy { display: flex; align-items: center; gap: 10px; color: var(--muted); font-size: 14px; }
.dots { display: flex; gap: 4px; }
i { width: 6px; height: 6px; border-radius: 50%; background: currentColor; animation: pulse 1.2s infinite; }
@keyframes pulse { 50% { opacity: .25; } }
.foot { border-top: 1px solid var(--line); padding: 12px 16px 14px; }
.chips { display: flex; gap: 6px; overflow-x: auto; scrollbar-width: none; padding: 3px; margin: -3px -3px 7px; }
.chips li { flex: none; max-width: 100%; }
.chip { display: flex; align-items: center; gap: 6px; padding: 3px 8px 3px 12px; min-height: 32px; border-radius: 16px;
	background: var(--soft); font-size: 13px; text-align: start; }
.chip svg { width: 14px; height: 14px; }
form { display: flex; align-items: flex-end; gap: 6px; padding: 4px 4px 4px 14px; border: 1px solid var(--muted); border-radius: 22px; }
form:focus-within { outline: 2px solid var(--accent); }
textarea { flex: 1; min-width: 0; max-height: 132px; padding: 7px 0; border: 0; resize: none; background: none;
	color: inherit; font: inherit; font-size: 16px; line-height: 1.4; field-sizing: content; }
textarea:focus-visible { outline: 0; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.round { width: 36px; height: 36px; flex: none; border-radius: 50%; display: grid; place-items: center; }
.stop { background: var(--soft); color: var(--ink); }
.stop svg { fill: currentColor; }
@media (max-width: 600px) {
	.panel { inset: 0; width: auto; height: var(--tall, 100dvh); border: 0; border-radius: 0; }
	.launcher { inset: auto 16px 16px auto; padding: 18px; }
	.launcher span { position: absolute; clip-path: inset(50%); }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; scroll-behavior: auto !important; } }`;
