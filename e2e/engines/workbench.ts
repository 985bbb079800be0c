/** The page in any engine, as a person sees it: by role and name. */
import { expect } from "@playwright/test";
import { ABOUT_MODEL, FEW_SAMPLES, VERDICT, WORDS } from "../words.ts";
import type { Driver, Key } from "./driver.ts";
import { PageElement } from "./elements.ts";

/** A model that loads, and a calibration of few samples, on two cores. */
export const LONG = { timeout: 90_000 };

export class EngineWorkbench {
  readonly driver: Driver;
  readonly page: PageElement;
  readonly #home: string;

  constructor(driver: Driver, home: string) {
    this.driver = driver;
    this.page = new PageElement(driver);
    this.#home = home;
  }

  /** Opens the page with fields in its hash, and a query. */
  async open(hash: string = FEW_SAMPLES, query = "?backend=cpu"): Promise<void> {
    await this.driver.open(`${this.#home}/${query}#${hash}`);
    await this.#watchErrors();
  }

  async reload(): Promise<void> {
    await this.driver.reload();
    await this.#watchErrors();
  }

  /** Waits until reasoning, calibration and the measurement at the first ratio are there. */
  settled(): Promise<void> {
    return this.verdict.waitForText(VERDICT, LONG);
  }

  /** The line that says which model runs, and on what. */
  get chip(): PageElement {
    return this.page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL });
  }

  get slider(): PageElement {
    return this.page.getByRole("slider", { name: WORDS.slider });
  }

  get verdict(): PageElement {
    return this.page.getByRole("status").containing(VERDICT);
  }

  get input(): PageElement {
    return this.region(WORDS.input);
  }

  get tokens(): PageElement {
    return this.region(WORDS.reasoning).getByRole("option");
  }

  region(name: string): PageElement {
    return this.page.getByRole("region", { name });
  }

  button(name: string | RegExp): PageElement {
    return this.page.getByRole("button", { name });
  }

  async ask(question: string): Promise<void> {
    await this.page.getByRole("textbox", { name: WORDS.question }).fill(question);
    await this.button(WORDS.ask).click();
  }

  async press(...keys: Key[]): Promise<void> {
    for (const key of keys) await this.driver.press(key);
  }

  async waitForAddress(expected: RegExp): Promise<void> {
    await expect.poll(() => this.driver.evaluate("location.href"), { timeout: 30_000 }).toMatch(expected);
  }

  /** Waits until the browser has kept something that an experiment has measured: it writes behind what the page shows. */
  async waitForKeptResults(): Promise<void> {
    const kept = `new Promise((resolve, reject) => {
      const opening = indexedDB.open("pivotscope");
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const request = opening.result.transaction("records").objectStore("records").getAll();
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          opening.result.close();
          resolve(request.result.some(({ record }) => record.cells?.some(({ records }) => records.length > 0)));
        };
      };
    })`;
    await expect.poll(() => this.driver.evaluate(kept), { timeout: 30_000 }).toBe(true);
  }

  /** Expects no error that nobody has handled, and nothing that the page's policy has blocked, since it was opened or loaded anew. */
  async expectNoErrors(): Promise<void> {
    expect(await this.driver.evaluate("globalThis.unhandledErrors")).toEqual([]);
  }

  async #watchErrors(): Promise<void> {
    await this.driver.evaluate(`void (() => {
      globalThis.unhandledErrors = [];
      addEventListener("error", (event) => unhandledErrors.push(String(event.message)));
      addEventListener("unhandledrejection", (event) => unhandledErrors.push(String(event.reason)));
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
        unhandledErrors.push(effectiveDirective + " blocked " + blockedURI));
    })()`);
  }
}
