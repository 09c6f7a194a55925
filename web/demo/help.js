/* The shop's help pages: the same Markdown files that the assistant answers from, drawn as a page. */
import { h, shop, text } from "./lib.js";

const PAGES = ["delivery", "returns", "warranty", "payment", "orders", "gifts", "club", "privacy", "contact"];
const row = (tag, line) => h("tr", {}, line.split("|").slice(1, -1).map((cell) => h(tag, {}, cell.trim())));

/** Headings, paragraphs, lists and tables: what these files use. */
function drawn(markdown) {
  return markdown.trim().split(/\n{2,}/).map((block) => {
    const lines = block.split("\n");
    const [, marks, title] = lines[0].match(/^(#+) (.+)/) ?? [];
    if (marks) return h(`h${marks.length}`, {}, title);
    if (lines[0].startsWith("- ")) return h("ul", {}, block.split(/\n?^- /m).filter(Boolean).map((item) => h("li", {}, item)));
    if (lines[0].startsWith("|")) return h("table", {}, h("thead", {}, row("th", lines[0])), h("tbody", {}, lines.slice(2).map((line) => row("td", line))));
    return h("p", {}, shop.language === "zh" ? lines.join("") : lines.join(" "));
  });
}

/** One page, or where none is named the list of all. `name`: such as "en/returns.md" or "returns". */
export async function help(name) {
  const [, language = shop.language, page] = name.match(/^(?:(en|zh)\/)?([a-z]+)(?:\.md)?$/) ?? [];
  const titled = (one) => h("li", {}, h("a", { href: `#/help/${one}` }, text(`help_${one}`)));
  const crumbs = h("nav", { className: "crumbs" }, h("a", { href: "#/" }, text("shop")), page ? h("a", { href: "#/help/" }, text("help")) : h("span", {}, text("help")));
  if (!PAGES.includes(page)) return [crumbs, h("h1", {}, text("help")), h("ul", { className: "pages" }, PAGES.map(titled))];
  const answer = await fetch(`/demo/help/${language}/${page}.md`);
  if (!answer.ok) throw new Error(page);
  return [crumbs, h("article", { className: "words", lang: language === "zh" ? "zh-CN" : "en" }, drawn(await answer.text()))];
}
