/** The light theme's names and values, whatever the page shows: reports are on white paper. */

/** Where they stand; a build puts both together. */
const ROOTS = [":root", ':root[data-theme="light"]'];

/** Of the page's own stylesheets. */
export function lightTokens(sheets: Iterable<CSSStyleSheet> = document.styleSheets): ReadonlyMap<string, string> {
  const tokens = new Map<string, string>();
  for (const sheet of sheets) {
    for (const rule of sheet.cssRules) {
      if (!(rule instanceof CSSStyleRule)) continue;
      if (!rule.selectorText.split(/,\s*/).some((selector) => ROOTS.includes(selector))) continue;
      for (const name of rule.style) {
        if (name.startsWith("--")) tokens.set(name, rule.style.getPropertyValue(name).trim());
      }
    }
  }
  return tokens;
}
