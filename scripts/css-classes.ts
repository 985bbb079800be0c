/** Classes of a CSS module, and the types that make a wrong name an error. */
import postcss from "postcss";

/** Names of the classes that a module gives out, sorted; those in :global(…) are not its own. */
export function classesOf(css: string): string[] {
  const names = new Set<string>();
  postcss.parse(css).walkRules(({ selector }) => {
    const own = selector.replaceAll(/:global\([^)]*\)|"[^"]*"/g, "");
    for (const [, name = ""] of own.matchAll(/\.([a-zA-Z][\w-]*)/g)) names.add(name);
  });
  return [...names].sort();
}

/** Text of the declarations that stand beside a module. */
export function typesOf(classes: readonly string[]): string {
  const lines = classes.map((name) => `  readonly ${JSON.stringify(name)}: string;`);
  return ["declare const classes: {", ...lines, "};", "export default classes;", ""].join("\n");
}

/** Classes of a module that no source asks for, as `styles.name` or by a template, and none of its own composes. */
export function unusedClasses(css: string, sources: readonly string[]): string[] {
  const composed = new Set([...css.matchAll(/composes:\s*([\w-]+)/g)].map(([, name]) => name));
  const beginnings = sources.flatMap((text) => [...text.matchAll(/\[`([\w-]+)\$\{/g)].map(([, start = ""]) => start));
  return classesOf(css).filter(
    (name) =>
      !composed.has(name) &&
      !beginnings.some((start) => name.startsWith(start)) &&
      !sources.some((text) => new RegExp(`\\.${name}\\b|\\["${name}"\\]`).test(text)),
  );
}
