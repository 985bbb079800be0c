import { expect, test } from "vitest";
import { classesOf, typesOf, unusedClasses } from "./css-classes.ts";

const CSS = `@layer shared {
  .button:hover:not(:disabled, [data-x=".no"]) { color: inherit; }
  @media (width < 3px) { .wide > .panel + .panel { margin: 0.5px; } }
  .primary { composes: button; }
}
.wide :global(.chart-head) { margin: 0; }`;

test("classes of a module are found in layers and media, and global ones are not its own", () => {
  expect(classesOf(CSS)).toEqual(["button", "panel", "primary", "wide"]);
});

test("their types name each of them", () => {
  expect(typesOf(["a", "b-c"])).toBe(
    'declare const classes: {\n  readonly "a": string;\n  readonly "b-c": string;\n};\nexport default classes;\n',
  );
});

test("a class is used by a source, by a template, or by composition", () => {
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the source holds the template
  expect(unusedClasses(".series0 { } .series1 { } .b { }", ["styles[`series${look}`]"])).toEqual(["b"]);
  expect(unusedClasses(CSS, ["<p className={styles.primary} />", 'x(styles["wide"])'])).toEqual(["panel"]);
});
