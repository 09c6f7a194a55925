/* How the widget looks. Kept in a shadow root: the shop's own style sheet does not reach it, nor it the shop. */
export const STYLE = `
:host { all: initial; color-scheme: light dark;
  --bg: #fff; --soft: #f3f5f1; --ink: #1b2420; --muted: #5a6760; --line: #dfe5df; --warm: #8a4b08; --warm-bg: #fdf3e3;
  --accent: #1f5b46; --on-accent: #fff;
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei",
    "Noto Sans CJK SC", sans-serif; color: var(--ink); }
@media (prefers-color-scheme: dark) { :host {
  --bg: #161c19; --soft: #202824; --ink: #ebf1ed; --muted: #a5b2ab; --line: #36413b; --warm: #f2c27d; --warm-bg: #33291a;
  --accent: #8fd3b4; --on-accent: #0c2018; } }
* { box-sizing: border-box; }
[hidden] { display: none !important; }
h2, h3, p, ul { margin: 0; padding: 0; }
button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
button:disabled { cursor: default; opacity: .5; }
:focus-visible { outline: 2px solid var(--ring, var(--accent)); outline-offset: 2px; }
svg { width: 20px; height: 20px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round;
  stroke-linejoin: round; display: block; }
.away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.launcher { position: fixed; right: 24px; bottom: 24px; z-index: 2147483000; display: flex; gap: 10px; align-items: center;
  padding: 14px 20px; border-radius: 999px; background: var(--accent); color: var(--on-accent); font-weight: 600;
  box-shadow: 0 6px 24px rgb(0 0 0 / .22); }
.launcher:focus-visible { outline-color: var(--ink); }
.launcher.unread::after { content: ""; position: absolute; right: 4px; top: 2px; width: 12px; height: 12px; border-radius: 50%;
  background: #d9480f; border: 2px solid var(--bg); }
.panel { position: fixed; right: 24px; bottom: 24px; z-index: 2147483000; width: 420px; height: min(760px, calc(100dvh - 88px));
  display: flex; flex-direction: column; background: var(--bg); border: 1px solid var(--line); border-radius: 18px;
  overflow: hidden; box-shadow: 0 16px 56px rgb(0 0 0 / .24); animation: rise .18s ease-out; }
@keyframes rise { from { transform: translateY(12px); opacity: 0; } }
header { display: flex; align-items: center; gap: 4px; padding: 10px 10px 10px 20px; border-bottom: 1px solid var(--line); }
header h2 { flex: 1; font-size: 16px; font-weight: 650; }
.icon { width: 40px; height: 40px; flex: none; display: grid; place-items: center; border-radius: 10px; color: var(--muted); }
.icon:hover:enabled { background: var(--soft); color: var(--ink); }
.bar { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; padding: 10px 20px; background: var(--warm-bg);
  color: var(--warm); font-size: 14px; }
.bar p { flex: 1 1 100%; }
.scroll { position: relative; flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 20px 0 12px; }
.log { display: flex; flex-direction: column; gap: 14px; }
.msg { margin: 0 20px; white-space: pre-wrap; overflow-wrap: anywhere; }
.msg.user { align-self: flex-end; max-width: 82%; padding: 9px 15px; border-radius: 16px 16px 4px 16px;
  background: var(--accent); color: var(--on-accent); }
.msg.pending { opacity: .65; }
.note { margin: 0 20px; padding: 8px 12px; border-radius: 10px; background: var(--warm-bg); color: var(--warm); font-size: 14px; }
.note.quiet { background: none; padding: 0; color: var(--muted); }
.note button { margin-top: 6px; }
.pill { padding: 6px 14px; min-height: 34px; border: 1px solid var(--line); border-radius: 999px; background: var(--bg);
  color: var(--ink); font-size: 14px; text-align: start; }
.pill:hover:enabled { border-color: var(--muted); }
.pill.main { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
.answers { display: flex; flex-wrap: wrap; gap: 8px; margin: 10px 20px 0; }
.cards h3 { display: flex; align-items: center; min-height: 32px; padding: 0 12px 4px 20px; font-size: 13px;
  font-weight: 500; color: var(--muted); }
.cards h3 span { flex: 1; }
.cards h3 .icon { width: 32px; height: 32px; }
.strip { display: flex; gap: 12px; padding: 2px 20px 6px; margin: 0; list-style: none; overflow-x: auto;
  scroll-snap-type: x proximity; scroll-padding: 0 20px; scrollbar-width: none; overscroll-behavior-x: contain; }
.card { flex: 0 0 212px; scroll-snap-align: start; display: flex; flex-direction: column; border: 1px solid var(--line);
  border-radius: 14px; overflow: hidden; background: var(--bg); }
.strip.alone .card { flex-basis: 100%; }
.pic { position: relative; display: block; width: 100%; aspect-ratio: 8 / 5; background: var(--soft); color: var(--muted); overflow: hidden; }
.pic img { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
.pic > svg { position: absolute; inset: 0; margin: auto; width: 36px; height: 36px; stroke-width: 1.3; }
.pic:focus-visible { outline-offset: -3px; }
.top { position: relative; }
.no, .stock { position: absolute; top: 8px; padding: 1px 8px; border-radius: 999px; font-size: 12px; line-height: 20px;
  background: var(--bg); color: var(--ink); }
.no { left: 8px; min-width: 22px; text-align: center; font-weight: 650; }
.stock { right: 8px; }
.stock.out_of_stock { background: var(--ink); color: var(--bg); }
.stock.preorder { background: var(--warm-bg); color: var(--warm); }
.wordy .pic { display: none; }
.wordy .top { display: flex; align-items: center; gap: 6px; padding: 9px 9px 0 13px; }
.wordy .no, .wordy .stock, .wordy .votes { position: static; }
.wordy .no { background: var(--soft); }
.wordy .votes { margin-inline-start: auto; }
.body { flex: 1; display: flex; flex-direction: column; gap: 2px; padding: 9px 13px 8px; }
.worth { display: flex; flex-wrap: wrap; align-items: baseline; justify-content: space-between; gap: 0 8px; }
.brand, .rating { font-size: 13px; color: var(--muted); }
.name { font-weight: 600; font-size: 15px; line-height: 1.35; display: -webkit-box; -webkit-line-clamp: 3;
  -webkit-box-orient: vertical; overflow: hidden; overflow-wrap: anywhere; }
.price { font-weight: 600; }
.price s { margin-inline-start: 6px; font-weight: 400; font-size: 13px; color: var(--muted); }
.reason { margin-top: 5px; padding-inline-start: 10px; border-inline-start: 2px solid var(--accent); font-size: 13.5px; line-height: 1.45;
  overflow-wrap: anywhere; }
.votes { position: absolute; right: 6px; bottom: 6px; display: flex; gap: 4px; }
.votes .icon { width: 30px; height: 30px; border-radius: 50%; background: var(--bg); }
.votes svg { width: 16px; height: 16px; }
.icon[aria-pressed=true], .icon[aria-pressed=true]:hover { background: var(--ink); color: var(--bg); }
.acts { display: flex; gap: 6px; padding: 0 13px 13px; }
.acts button { min-height: 36px; padding: 4px 10px; border-radius: 9px; font-size: 14px; font-weight: 600; line-height: 1.2; }
.acts .view { border: 1px solid var(--line); }
.acts .view:hover { border-color: var(--muted); }
.add { flex: 1; background: var(--accent); color: var(--on-accent); }
.add:hover:enabled { filter: brightness(1.1); }
.add:disabled { background: var(--soft); color: var(--muted); opacity: 1; }
.table { margin: 0 20px; overflow-x: auto; border: 1px solid var(--line); border-radius: 12px; }
table { border-collapse: collapse; min-width: 100%; font-size: 14px; }
caption { text-align: start; padding: 8px 12px 0; font-size: 13px; color: var(--muted); }
th, td { padding: 8px 12px; text-align: start; vertical-align: top; min-width: 116px; border-top: 1px solid var(--line);
  overflow-wrap: break-word; }
thead th, thead td { border-top: 0; font-weight: 600; }
tbody th, thead td { position: sticky; min-width: 0; max-width: 110px; inset-inline-start: 0; background: var(--soft); font-weight: 500; color: var(--muted); }
.busy { display: flex; align-items: center; gap: 10px; margin: 14px 20px 0; color: var(--muted); font-size: 14px; }
.dots { display: flex; gap: 4px; }
.dots i { width: 6px; height: 6px; border-radius: 50%; background: currentColor; animation: pulse 1.2s infinite; }
.dots i:nth-child(2) { animation-delay: .15s; } .dots i:nth-child(3) { animation-delay: .3s; }
@keyframes pulse { 50% { opacity: .25; } }
.foot { position: relative; border-top: 1px solid var(--line); padding: 12px 16px 14px; }
.round.latest { position: absolute; top: -46px; right: 16px; border: 1px solid var(--line); background: var(--bg); color: var(--ink);
  box-shadow: 0 3px 12px rgb(0 0 0 / .16); }
.latest svg { width: 18px; height: 18px; }
.chips { display: flex; gap: 6px; overflow-x: auto; scrollbar-width: none; padding: 3px 16px; margin: -3px -16px 7px; list-style: none; }
.chips li { flex: none; max-width: 100%; }
.chip { display: flex; align-items: center; max-width: 100%; gap: 6px; padding: 3px 6px 3px 12px; min-height: 30px; border-radius: 999px;
  background: var(--soft); font-size: 13px; text-align: start; }
.chip svg { width: 14px; height: 14px; flex: none; color: var(--muted); }
.chip:hover:enabled svg { color: var(--ink); }
form { display: flex; align-items: flex-end; gap: 6px; padding: 4px 4px 4px 14px; border: 1px solid var(--muted);
  border-radius: 22px; background: var(--bg); }
form:focus-within { border-color: var(--accent); box-shadow: 0 0 0 1px var(--accent); }
textarea { flex: 1; min-width: 0; max-height: 132px; padding: 7px 0; border: 0; outline: 0; resize: none; background: none;
  color: inherit; font: inherit; font-size: 16px; line-height: 1.4; field-sizing: content; }
textarea:focus-visible { outline: 0; }
textarea::placeholder { color: var(--muted); opacity: 1; }
.round { width: 36px; height: 36px; flex: none; border-radius: 50%; display: grid; place-items: center; background: var(--accent);
  color: var(--on-accent); }
.round.stop { background: var(--soft); color: var(--ink); }
.round.stop svg { fill: currentColor; width: 16px; height: 16px; }
@media (max-width: 600px) {
  .panel { inset: 0; width: auto; height: var(--tall, 100dvh); border: 0; border-radius: 0; }
  .launcher { right: 16px; bottom: 16px; }
}
@media (prefers-reduced-motion: reduce) { * { animation: none !important; scroll-behavior: auto !important; } }`;
