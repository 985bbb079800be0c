/**
 * Elements of the page as a person names them, looked up anew whenever something is asked of them. The words are those
 * of Playwright's locators, so that journeys read alike in all engines.
 */
import { expect } from "@playwright/test";
import type { Drag, Driver } from "./driver.ts";
import { FINDER_SOURCE, findElements, type Path, type Step, type TextPattern } from "./in-page.ts";

type Text = string | RegExp;
type Json = string | number | boolean | null;

export interface Waiting {
  /** Milliseconds until a condition has to hold. */
  readonly timeout: number;
}

const HALF_A_MINUTE = { timeout: 30_000 };

/** What is looked for, or an element of it. Nothing is asked of the page before a method with a promise is called. */
export class PageElement {
  readonly #driver: Driver;
  readonly #path: Path;

  constructor(driver: Driver, path: Path = []) {
    this.#driver = driver;
    this.#path = path;
  }

  getByRole(role: string, { name }: { readonly name?: Text } = {}): PageElement {
    return this.#step(name === undefined ? { by: "role", role } : { by: "role", role, name: pattern(name) });
  }

  getByLabel(label: Text): PageElement {
    return this.#step({ by: "label", text: pattern(label) });
  }

  /** Elements whose own text is, or matches, `text`. */
  getByText(text: Text): PageElement {
    return this.#step({ by: "text", text: pattern(text) });
  }

  locator(selector: string): PageElement {
    return this.#step({ by: "selector", selector });
  }

  /** Those that contain a text anywhere inside. */
  containing(text: RegExp): PageElement {
    return this.#step({ by: "containing", text: pattern(text) });
  }

  nth(index: number): PageElement {
    return this.#step({ by: "index", index });
  }

  /** The text of all that was found, joined, with every white space as one blank; null where there is nothing. */
  text(): Promise<string | null> {
    return this.ask((found) => {
      const text = found.map(({ textContent }) => textContent).join("\n");
      return found.length === 0 ? null : text.replace(/\s+/g, " ");
    });
  }

  count(): Promise<number> {
    return this.ask((found) => found.length);
  }

  /** The value of a field; null where there is none. */
  value(): Promise<string | null> {
    return this.ask(([field]) => (field as HTMLInputElement | undefined)?.value ?? null);
  }

  /** Runs in the page with what is there of the element. `run` is sent as text: it sees only its parameters. */
  async ask<Extra extends readonly Json[], Result>(
    run: (found: HTMLElement[], ...extra: Extra) => Result,
    ...extra: Extra
  ): Promise<Awaited<Result>> {
    const parameters = extra.map((value) => `, ${JSON.stringify(value)}`).join("");
    const expression = `(async () => {
      const found = ${this.#lookup()};
      return found === "finder missing" ? found : [await (${run.toString()})(found${parameters})];
    })()`;
    let answer = await this.#driver.evaluate(expression);
    if (answer === "finder missing") {
      await this.#driver.evaluate(`void (() => { ${FINDER_SOURCE}\n})()`);
      answer = await this.#driver.evaluate(expression);
    }
    return (answer as [Awaited<Result>])[0];
  }

  async click(waiting = HALF_A_MINUTE): Promise<void> {
    await this.#driver.click(await this.#reach(waiting));
  }

  async drag(drag: Drag): Promise<void> {
    await this.#driver.drag(await this.#reach(), drag);
  }

  async focus(): Promise<void> {
    await this.#reach();
    await this.ask(([element]) => element?.focus());
  }

  /** Replaces what stands in a field by typing. */
  async fill(text: string): Promise<void> {
    await this.focus();
    await this.ask(([field]) => (field as HTMLInputElement).select());
    await this.#driver.type(text);
  }

  /** Gives files to a field for files. */
  async chooseFiles(...paths: string[]): Promise<void> {
    await this.#driver.chooseFiles(await this.#reach(), paths);
  }

  async waitForText(expected: RegExp | string, { timeout } = HALF_A_MINUTE): Promise<void> {
    const found = expect.poll(() => this.text(), { message: this.#words(), timeout });
    await (typeof expected === "string" ? found.toContain(expected) : found.toMatch(expected));
  }

  async waitForValue(expected: string | RegExp, { timeout } = HALF_A_MINUTE): Promise<void> {
    const found = expect.poll(() => this.value(), { message: this.#words(), timeout });
    await (typeof expected === "string" ? found.toBe(expected) : found.toMatch(expected));
  }

  async waitForCount(expected: number, { timeout } = HALF_A_MINUTE): Promise<void> {
    await expect.poll(() => this.count(), { message: `count of ${this.#words()}`, timeout }).toBe(expected);
  }

  /** Waits until exactly one element is there that takes a press, and brings it into sight. */
  async #reach({ timeout }: Waiting = HALF_A_MINUTE): Promise<unknown> {
    const state = () =>
      this.ask(async (found) => {
        const [element] = found;
        if (!element || found.length > 1) return `${found.length} of it`;
        if (element.matches(":disabled")) return "disabled";
        element.scrollIntoView({ block: "center", behavior: "instant" });
        // A press goes to a place: what still moves, because something above it grows, would be missed.
        const place = () => JSON.stringify(element.getBoundingClientRect());
        const frame = () => new Promise(requestAnimationFrame);
        await frame();
        const before = place();
        await frame();
        await frame();
        return place() === before ? "ready" : "moving";
      });
    await expect.poll(state, { message: this.#words(), timeout }).toBe("ready");
    const handle = await this.#driver.find(`${this.#lookup()}[0]`);
    if (handle === null) throw new Error(`${this.#words()} went away just before it was to be used.`);
    return handle;
  }

  #step(step: Step): PageElement {
    return new PageElement(this.#driver, [...this.#path, step]);
  }

  #lookup(): string {
    return `(${findElements.toString()})(${JSON.stringify(this.#path)})`;
  }

  /** "role region, name Reasoning; role option": for messages. */
  #words(): string {
    const words = (step: Step) =>
      Object.values(step).map((part) => (typeof part === "object" ? `/${part.source}/` : part));
    return this.#path.map((step) => words(step).join(" ")).join(" > ");
  }
}

/** A string is the whole text; any white space is as good as another. */
function pattern(text: Text): TextPattern {
  if (typeof text !== "string") return { source: text.source, flags: text.flags };
  const escaped = text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  return { source: `^\\s*${escaped.replace(/\s+/g, "\\s+")}\\s*$`, flags: "" };
}
