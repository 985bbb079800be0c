/** Opening models of a hub, from a server that answers like one and can fail in every way. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { type HubServer, startHubServer } from "../src/models/testing/hub-server.ts";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { ABOUT_MODEL, WORDS } from "./words.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");
const WEIGHTS = "model.safetensors";
const REPOSITORY = "test/scenes";

let hub: HubServer;

test.beforeEach(async () => {
  const config = JSON.parse(await readFile(join(BUNDLED, "config.json"), "utf8"));
  const other = JSON.stringify({
    ...config,
    model_type: "video_llava",
    architectures: ["VideoLlavaForConditionalGeneration"],
  });
  hub = await startHubServer({
    models: [
      { repository: REPOSITORY, revisions: { main: BUNDLED } },
      { repository: "test/gated", revisions: { main: BUNDLED }, gated: true, readers: ["a-token"] },
      {
        repository: "test/pickled",
        revisions: { main: files({ "config.json": JSON.stringify(config), "pytorch_model.bin": "…" }) },
      },
      {
        repository: "test/other",
        revisions: { main: files({ "config.json": other, [WEIGHTS]: await readFile(join(BUNDLED, WEIGHTS)) }) },
      },
    ],
  });
});

test.afterEach(() => hub.close());

function files(contents: Readonly<Record<string, string | Uint8Array>>): Map<string, string | Uint8Array> {
  return new Map(Object.entries(contents));
}

/** Opens the page on the cpu backend, with the dialog and the test's hub; two samples are calibrated. */
async function open(page: Page, hash = ""): Promise<OpenModelDialog> {
  await page.goto(`/?backend=cpu&hub=${encodeURIComponent(hub.url)}#samples=2${hash}`);
  await expect(chip(page)).toContainText("Scenes 3M");
  return new OpenModelDialog(page);
}

/** Looks at a repository of the test's hub, which only the link names: it is asked about first. */
async function lookAt(dialog: OpenModelDialog, repository: string): Promise<void> {
  await dialog.lookAt(repository);
  await dialog.agreeTo(hub.url);
}

const chip = (page: Page) => page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL });
const trace = (page: Page) => page.getByRole("listbox", { name: "Tokens of the reasoning" });
/** Requests for the weights' bytes that came to the hub's store of large files. */
const weightRequests = () => hub.requests.filter(({ server, place }) => server === "cdn" && place === WEIGHTS);

test("a repository is looked at, asked about, fetched, and opened from the cache the next time", async ({ page }) => {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  await expect(dialog.fact("Parameters")).toContainText("3.02");
  await expect(dialog.fact("To fetch")).toContainText(/6\.\d MB in \d+ files?/);
  await expect(dialog.dialog.getByRole("radio").first()).toBeVisible();
  await expect(dialog.dialog.getByRole("radio", { name: /^CPU/ })).toBeChecked();
  const memory = dialog.dialog.getByRole("table", { name: "Memory at the worst moment, weights included" });
  await expect(memory.getByRole("row", { name: /^any .* yes$/ })).toBeVisible();
  const looked = weightRequests().reduce((sum, { sent }) => sum + sent, 0);
  expect(looked, "bytes of weights that were fetched before anybody agreed").toBeLessThan(500_000);

  const gate = hub.hold(WEIGHTS);
  gate.allow(2_000_000);
  await dialog.button(WORDS.download).click();
  await expect(dialog.dialog).toContainText(/Fetching model\.safetensors: [\d.]+ MB of 6\.\d MB/);
  await expect(dialog.progress).toHaveAttribute("aria-label", `Opening ${REPOSITORY}`);
  // The model at hand is still in use.
  await dialog.button("Continue in the background").click();
  await expect(dialog.dialog).toBeHidden();
  await page.getByRole("textbox", { name: "Question" }).fill("How many objects are there?");
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(trace(page)).toContainText("Final Answer");
  await expect(chip(page)).toContainText("Scenes 3M");
  gate.open();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · 3\.02\sM parameters · CPU/);
  await expect(trace(page)).toContainText("Final Answer");
  await expect(page).toHaveURL(/model=test%2Fscenes%40[0-9a-f]{40}/);

  hub.forgetRequests();
  await page.reload();
  await expect(dialog.fact("To fetch")).toHaveText("nothing");
  await expect(chip(page)).toContainText("Scenes 3M");
  await dialog.button(WORDS.openCached).click();
  await expect(dialog.dialog).toBeHidden();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  expect(weightRequests(), "requests for weights that were here").toEqual([]);
  expect(errors).toEqual([]);
});

test("cancelling answers at once and keeps what came, and Resume fetches the rest", async ({ page }) => {
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  const gate = hub.hold(WEIGHTS);
  gate.allow(3_000_000);
  await dialog.button(WORDS.download).click();
  await gate.reached(3_000_000);
  await expect(dialog.dialog).toContainText(/: [23]\.\d MB of/);
  await dialog.button("Cancel").click();
  // Nothing more comes from the server before the gate is opened, so that nobody has waited for it.
  await expect(dialog.dialog).toContainText(/Cancelled at [23]\.\d MB of 6\.\d MB/);
  await expect(dialog.dialog).toContainText(/[23]\.\d MB are kept in this browser/);
  expect(gate.passed).toBe(3_000_000);
  gate.open();
  hub.forgetRequests();
  await dialog.button("Resume").click();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  const [first] = weightRequests().map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0));
  expect(first, "the byte at which fetching went on").toBeGreaterThan(1_000_000);
});

test("a broken connection is said, and Resume goes on where it broke", { tag: "@attack" }, async ({ page }) => {
  test.slow();
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  // Less than what would count as progress, so that trying again by itself comes to an end.
  hub.fault(WEIGHTS, { kind: "cut", after: 700_000 });
  await dialog.button(WORDS.download).click();
  await expect(dialog.alert).toContainText(WEIGHTS, { timeout: 90_000 });
  await expect(chip(page)).toContainText("Scenes 3M");
  hub.clearFaults();
  hub.forgetRequests();
  await dialog.button("Resume").click();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  const sent = weightRequests().reduce((sum, request) => sum + request.sent, 0);
  expect(sent, "bytes that were fetched after the break").toBeLessThan(5_500_000);
});

const REFUSED = [
  { name: "missing", repository: "test/none", message: /test\/none/ },
  { name: "without safetensors", repository: "test/pickled", message: /safetensors/ },
  { name: "of an architecture that is not supported", repository: "test/other", message: /video_llava|VideoLlava/ },
  { name: "that is no address", repository: "nonsense", message: /nonsense/ },
];

test("repositories that cannot work are refused by name, and the model at hand goes on", { tag: "@attack" }, async ({
  page,
}) => {
  const dialog = await open(page);
  await dialog.show();
  for (const { name, repository, message } of REFUSED) {
    await test.step(name, async () => {
      await dialog.lookAt(repository);
      if (name === "missing") await dialog.agreeTo(hub.url);
      await expect(dialog.alert).toContainText(message);
      expect(await dialog.hint.textContent(), "the next step").not.toBe("");
      if (name !== "that is no address") await dialog.button("Choose another").click();
    });
  }
  expect(weightRequests().reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(500_000);
  await dialog.button("Close").click();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(trace(page)).toContainText("Final Answer");
});

test("a gated repository opens with an access token, which stays out of the address and the storage", {
  tag: "@attack",
}, async ({ page }) => {
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, "test/gated");
  await expect(dialog.alert).toContainText("gated");
  await dialog.dialog.getByLabel("Access token").fill("a-token");
  await dialog.button("Try again").click();
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(/^gated from localhost:\d+ · /);
  await expect(page).toHaveURL(/test%2Fgated/);
  expect(page.url()).not.toContain("a-token");
  expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain("a-token");
});

test("weights whose hash is wrong are not used", { tag: "@attack" }, async ({ page }) => {
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  hub.fault(WEIGHTS, { kind: "flip", byte: 3_000_000 });
  await dialog.button(WORDS.download).click();
  await expect(dialog.alert).toContainText(/model\.safetensors.*SHA-256/);
  await expect(chip(page)).toContainText("Scenes 3M");
});

test("a disk without room does not stop a model from opening, and the page says that it is not kept", {
  tag: "@attack",
}, async ({ page }) => {
  const dialog = await open(page);
  const { origin } = new URL(page.url());
  const browser = await page.context().newCDPSession(page);
  await browser.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 2_000_000 });
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  await chip(page).click();
  await expect(page.getByText(`There is no room left to keep ${WEIGHTS}`)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(trace(page)).toContainText("Final Answer");
  await dialog.show();
  const stored = dialog.dialog.getByRole("region", { name: "Stored models" });
  await expect(stored.getByRole("listitem")).toContainText(/ · partial/);
});

test("the bundled model is opened beside the one at hand, which stays when there is no network", async ({ page }) => {
  const dialog = await open(page);
  await dialog.show();
  await lookAt(dialog, REPOSITORY);
  await dialog.button(WORDS.download).click();
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  await page.context().setOffline(true);
  await dialog.show();
  await dialog.dialog.getByRole("button", { name: /^Scenes 3M/ }).click();
  // A part of the page that was still on its way may say so beside it.
  await expect(page.getByRole("alert").filter({ hasText: "Check that this device is online" })).toBeVisible();
  await page.getByRole("button", { name: "Stay with test/scenes" }).click();
  await page.getByRole("button", { name: "Ask", exact: true }).click();
  await expect(trace(page)).toContainText("Final Answer");
  await expect(chip(page)).toContainText(/^scenes from localhost:\d+ · /);
  await page.context().setOffline(false);
  await dialog.show();
  await dialog.dialog.getByRole("button", { name: /^Scenes 3M/ }).click();
  await expect(chip(page)).toContainText("Scenes 3M");
});

test("stored models are listed with their sizes, removed, and cleared after a question", async ({ page }) => {
  const dialog = await open(page);
  await dialog.show();
  await expect(dialog.dialog).toContainText("None yet.");
  const stored = dialog.dialog.getByRole("region", { name: "Stored models" });
  await lookAt(dialog, REPOSITORY);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  await dialog.button("Cancel").click();
  // Of what was only looked at, the small files are here.
  await expect(stored.getByRole("listitem").filter({ hasText: REPOSITORY })).toContainText(/kB · partial/);
  for (const repository of [REPOSITORY, "test/gated"]) {
    await dialog.lookAt(repository);
    if (repository === "test/gated") {
      await dialog.dialog.getByLabel("Access token").fill("a-token");
      await dialog.button("Try again").click();
    }
    await dialog.button(WORDS.download).click();
    await expect(dialog.dialog).toBeHidden();
    await dialog.show();
  }
  await expect(stored.getByRole("listitem")).toHaveCount(2);
  await expect(stored.getByRole("listitem").filter({ hasText: REPOSITORY })).toContainText(/6\.\d MB · complete/);
  await stored.getByRole("button", { name: /^Remove test\/gated/ }).click();
  await dialog.button("Keep it").click();
  await expect(stored.getByRole("listitem")).toHaveCount(2);
  await stored.getByRole("button", { name: /^Remove test\/gated/ }).click();
  await dialog.button("Remove it").click();
  await expect(stored.getByRole("listitem")).toHaveCount(1);
  await dialog.button("Clear all").click();
  await dialog.button("Keep it").click();
  await expect(stored.getByRole("listitem")).toHaveCount(1);
  await dialog.button("Clear all").click();
  await dialog.button("Remove it").click();
  await expect(stored).toContainText("None yet.");
});

test("a link to a model asks before anything is fetched, and says so when there is none", { tag: "@attack" }, async ({
  page,
}) => {
  const dialog = await open(page, "&model=test%2Fscenes&ratio=30");
  await dialog.agreeTo(hub.url);
  await expect(dialog.button(WORDS.download)).toBeVisible();
  expect(weightRequests().reduce((sum, { sent }) => sum + sent, 0)).toBeLessThan(500_000);
  await page.keyboard.press("Escape");
  await expect(dialog.dialog).toBeHidden();
  await page.goto("about:blank");
  // The tab remembers the yes.
  await open(page, "&model=test%2Fnone");
  await expect(dialog.alert).toContainText("test/none");
  await page.goto("about:blank");
  await open(page, "&model=gone");
  await expect(page.getByText("model “gone” (this page does not bring it")).toBeVisible();
});

test("can be done from the keyboard alone, by the rules that a machine can check", async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const dialog = await open(page);
  const violations = async () =>
    (await new AxeBuilder({ page }).include("dialog[open]").analyze()).violations.map(({ id, nodes }) =>
      [id, ...nodes.map(({ target }) => target.join(" "))].join(" "),
    );
  const button = page.getByRole("banner").getByRole("button", { name: "Open model" });
  await button.focus();
  await page.keyboard.press("Enter");
  await expect(dialog.dialog).toBeVisible();
  await expect(dialog.dialog).toContainText("None yet.");
  expect(await violations(), "choosing").toEqual([]);
  const field = dialog.dialog.getByRole("textbox", { name: "From the hub, or any address" });
  for (let step = 0; step < 12 && !(await field.evaluate((node) => node === document.activeElement)); step++) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.type(REPOSITORY);
  await page.keyboard.press("Enter");
  await expect(dialog.dialog.getByRole("heading", { name: `opens ${REPOSITORY} from` })).toBeFocused();
  expect(await violations(), "asking about the host").toEqual([]);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(dialog.button(WORDS.download)).toBeVisible();
  // The step's title has the focus, and is read out.
  await expect(dialog.dialog.getByRole("heading", { name: REPOSITORY })).toBeFocused();
  expect(await violations(), "asking").toEqual([]);
  await page.keyboard.press("Escape");
  await expect(dialog.dialog).toBeHidden();
  await expect(button).toBeFocused();
});
