/** The page as a person sees it: by role and name. */
import { expect, type Locator, type Page } from "@playwright/test";
import { FEW_SAMPLES, VERDICT, WORDS } from "./words.ts";

export { FEW_SAMPLES } from "./words.ts";

export class Workbench {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Opens the page with fields in its hash, and the query where one is given. */
  async open(hash = FEW_SAMPLES, query = ""): Promise<void> {
    await this.page.goto(`/${query}#${hash}`);
  }

  /** Waits until reasoning, calibration and the measurement at the first ratio are there. */
  async settled(): Promise<void> {
    await expect(this.verdict).toBeVisible({ timeout: 240_000 });
  }

  get slider(): Locator {
    return this.page.getByRole("slider", { name: WORDS.slider });
  }

  /** "answer matches: yes = yes", once the result of the ratio at hand has settled. */
  get verdict(): Locator {
    return this.page.getByRole("status").filter({ hasText: VERDICT });
  }

  get input(): Locator {
    return this.page.getByRole("region", { name: WORDS.input });
  }

  get reasoning(): Locator {
    return this.page.getByRole("region", { name: WORDS.reasoning });
  }

  get tokens(): Locator {
    return this.reasoning.getByRole("option");
  }

  region(name: string): Locator {
    return this.page.getByRole("region", { name });
  }

  button(name: string): Locator {
    return this.page.getByRole("button", { name, exact: true });
  }

  /** Presses what stands in the header's menu. */
  async more(name: string): Promise<void> {
    await this.button("More").click();
    await this.page.getByRole("group", { name: "More" }).getByRole("button", { name, exact: true }).click();
  }

  async alertText(): Promise<string> {
    const alert = this.page.getByRole("alert");
    await expect(alert).toBeVisible();
    return (await alert.textContent()) ?? "";
  }

  async choosePicture(name: string, bytes: Buffer, mimeType = "image/png"): Promise<void> {
    await this.input.getByLabel(WORDS.ownPicture).setInputFiles({ name, mimeType, buffer: bytes });
  }

  async ask(question: string): Promise<void> {
    await this.page.getByRole("textbox", { name: WORDS.question }).fill(question);
    await this.button(WORDS.ask).click();
  }

  /** A term of the budget line, for example "units kept". */
  budget(term: string): Locator {
    return this.page.locator("dl > div", { hasText: term }).locator("dd");
  }

  /** Watches for errors that nobody handled. */
  watchErrors(): string[] {
    const errors: string[] = [];
    this.page.on("pageerror", (error) => errors.push(error.message));
    return errors;
  }
}
