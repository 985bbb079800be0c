/** Hubs that only a link names: asked about by their host, and given no token that is another's. */
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { type HubServer, startHubServer } from "../src/models/testing/hub-server.ts";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { ABOUT_MODEL, WORDS } from "./words.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");
const REPOSITORY = "test/scenes";

let hub: HubServer;
let host = "";

test.beforeEach(async () => {
  hub = await startHubServer({
    models: [
      { repository: REPOSITORY, revisions: { main: BUNDLED } },
      { repository: "test/gated", revisions: { main: BUNDLED }, gated: true, readers: ["hf_secret"] },
    ],
  });
  host = new URL(hub.url).host;
});
test.afterEach(() => hub.close());

const chip = (page: Page) => page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL });
const ask = (model: string) => `/?backend=cpu&hub=${encodeURIComponent(hub.url)}#samples=2&model=${model}`;

test("a link's hub is shown large and asked about before anything is asked of it", { tag: "@attack" }, async ({
  page,
}) => {
  await page.goto(ask(REPOSITORY));
  const dialog = new OpenModelDialog(page);
  const title = dialog.dialog.getByRole("heading", { name: `This link opens ${REPOSITORY} from ${host}` });
  await expect(title).toBeFocused();
  const sizes = await title.evaluate((node) => [
    Number.parseFloat(getComputedStyle(node.querySelector("strong") ?? node).fontSize),
    Number.parseFloat(getComputedStyle(document.body).fontSize),
  ]);
  expect(sizes[0]).toBeGreaterThan(1.5 * (sizes[1] ?? 0));
  await expect(chip(page)).toContainText("Scenes 3M");
  await expect(page).toHaveTitle(/^(Scenes 3M at .* – )?Pivotscope$/);
  await dialog.button("Choose another").click();
  await expect(dialog.dialog).toContainText("Stored models");
  await dialog.button("Close").click();
  await page.goto("about:blank");
  await page.goto(ask(REPOSITORY));
  await expect(title).toBeVisible();
  await expect(chip(page)).toContainText("Scenes 3M");
  expect(hub.requests).toEqual([]);

  await dialog.agreeTo(hub.url);
  await expect(dialog.dialog.getByRole("heading", { name: `scenes from ${host}` })).toBeVisible();
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(`scenes from ${host} · `);
  await expect.poll(() => page.title()).toContain(`${REPOSITORY} from ${host} `);
  await expect(page).toHaveURL(/model=test%2Fscenes%40[0-9a-f]{40}/);
  // One yes is enough for this tab.
  await page.reload();
  await expect(dialog.button(WORDS.openCached)).toBeVisible();
});

test("a model's address in a link is asked about as well", { tag: "@attack" }, async ({ page }) => {
  await page.goto(`/?backend=cpu#samples=2&model=${encodeURIComponent(`${hub.url}/folder/`)}`);
  const dialog = new OpenModelDialog(page);
  await expect(dialog.dialog.getByRole("heading", { name: `opens folder from ${host}` })).toBeVisible();
  await expect(chip(page)).toContainText("Scenes 3M");
  expect(hub.requests).toEqual([]);
  await dialog.agreeTo(hub.url);
  await expect(dialog.alert).toContainText("folder");
  expect(hub.requests.length).toBeGreaterThan(0);
});

test("a token of the usual hub goes to no other, whatever that one asks for", { tag: "@attack" }, async ({ page }) => {
  await page.goto(ask("test/gated"));
  const dialog = new OpenModelDialog(page);
  await dialog.agreeTo(hub.url);
  await expect(dialog.alert).toContainText("gated");
  await expect(dialog.dialog).toContainText(`Sent to ${host} only`);
  await dialog.dialog.getByLabel("Access token").fill("hf_secret");
  await dialog.button("Try again").click();
  await expect(dialog.alert).toContainText(`one of huggingface.co; it was not sent to ${host}`);
  expect(hub.requests.filter(({ authorization }) => authorization !== null)).toEqual([]);
});

test("a file without an end is given up before the question, with a sentence", { tag: "@attack" }, async ({ page }) => {
  hub.fault("config.json", { kind: "listed", bytes: 3_200_000_000 });
  hub.fault("config.json", { kind: "endless" });
  await page.goto(ask(REPOSITORY));
  const dialog = new OpenModelDialog(page);
  await dialog.agreeTo(hub.url);
  await expect(dialog.alert).toContainText("config.json: at most 4.0 MB of such a file are read, and it has 3.20 GB.");
  expect(hub.requests.filter(({ place }) => place === "config.json")).toEqual([]);
});
