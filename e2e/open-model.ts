/** The dialog in which a model is opened, as a person sees it: by role and name. */
import { expect, type Locator, type Page } from "@playwright/test";
import { WORDS } from "./words.ts";

export class OpenModelDialog {
  readonly page: Page;
  readonly dialog: Locator;

  constructor(page: Page) {
    this.page = page;
    this.dialog = page.getByRole("dialog", { name: WORDS.openModel });
  }

  async show(): Promise<void> {
    await this.page.getByRole("banner").getByRole("button", { name: "Open model" }).click();
    await expect(this.dialog).toBeVisible();
  }

  /** Types an address and looks at it. */
  async lookAt(address: string): Promise<void> {
    await this.dialog.getByRole("textbox", { name: WORDS.hubAddress }).fill(address);
    await this.button(WORDS.lookAt).click();
  }

  /** Says yes to the host that a link names. */
  async agreeTo(address: string): Promise<void> {
    await this.button(`Ask ${new URL(address).host}`).click();
  }

  async chooseFolder(path: string): Promise<void> {
    await this.dialog.getByLabel("Model folder").setInputFiles(path);
  }

  button(name: string): Locator {
    return this.dialog.getByRole("button", { name, exact: true });
  }

  /** "300 kB in 2 files": what stands beside a term of the model's facts. */
  fact(term: string): Locator {
    return this.dialog.locator("dl > div", { hasText: term }).locator("dd");
  }

  get alert(): Locator {
    return this.dialog.getByRole("alert");
  }

  /** The next step that a message names. */
  get hint(): Locator {
    return this.alert.getByRole("paragraph").nth(1);
  }

  get progress(): Locator {
    return this.dialog.getByRole("progressbar");
  }
}
