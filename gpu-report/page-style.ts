/** How a report's page looks: one column on a phone, tables that scroll by themselves. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9e0, #3a404b); --soft: light-dark(#5a6372, #a3abb8);
  --good: light-dark(#17693a, #6fcf97); --bad: light-dark(#b3261e, #ff8a80); }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#fff, #16181d);
  color: light-dark(#1b1f27, #e6e9ef); }
main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin-top: 2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
th { color: var(--soft); font-weight: 600; }
.passed, .done { color: var(--good); }
.failed { color: var(--bad); font-weight: 600; }
.skipped { color: var(--soft); }
summary { cursor: pointer; padding: 0.35rem 0; }
`;
