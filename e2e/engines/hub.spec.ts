/** A model of a hub: looked at, fetched, kept in the browser, and opened from there without the network's weights. */
import { join } from "node:path";
import { expect } from "@playwright/test";
import { startHubServer } from "../../src/models/testing/hub-server.ts";
import { FEW_SAMPLES, WORDS } from "../words.ts";
import { test } from "./open-engine.ts";
import { LONG } from "./workbench.ts";

const BUNDLED = join(import.meta.dirname, "..", "..", "public", "models", "scenes");
const WEIGHTS = "model.safetensors";
const REPOSITORY = "test/scenes";

test("fetches a model of a hub, cancels, resumes, and opens it from the cache after a reload", async ({
  workbench,
}) => {
  const hub = await startHubServer({ models: [{ repository: REPOSITORY, revisions: { main: BUNDLED } }] });
  const weightRequests = () => hub.requests.filter(({ server, place }) => server === "cdn" && place === WEIGHTS);
  try {
    await workbench.open(FEW_SAMPLES, `?backend=cpu&hub=${encodeURIComponent(hub.url)}`);
    await workbench.chip.waitForText("Scenes 3M", LONG);
    const dialog = workbench.page.getByRole("dialog", { name: WORDS.openModel });
    const fact = (term: RegExp) => dialog.locator("dl > div").containing(term).locator("dd");
    await workbench.page.getByRole("banner").getByRole("button", { name: WORDS.openModel }).click();
    await dialog.getByRole("textbox", { name: WORDS.hubAddress }).fill(REPOSITORY);
    await dialog.getByRole("button", { name: WORDS.lookAt }).click();
    await dialog.getByRole("button", { name: `Ask ${new URL(hub.url).host}` }).click();
    await fact(/To fetch/).waitForText(/6\.\d MB in \d+ files?/);

    const gate = hub.hold(WEIGHTS);
    gate.allow(3_000_000);
    await dialog.getByRole("button", { name: WORDS.download }).click();
    await gate.reached(3_000_000);
    await dialog.waitForText(/Fetching model\.safetensors: [23]\.\d MB of 6\.\d MB/);
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitForText(/[23]\.\d MB are kept in this browser/);
    gate.open();
    hub.forgetRequests();
    await dialog.getByRole("button", { name: "Resume" }).click();
    await workbench.chip.waitForText(/^scenes from localhost:\d+ · 3\.02 M parameters · CPU · float32/, LONG);
    const [first] = weightRequests().map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? "")?.[1] ?? 0));
    expect(first, "the byte at which fetching went on").toBeGreaterThan(1_000_000);
    await workbench.waitForAddress(/model=test%2Fscenes%40[0-9a-f]{40}/);

    hub.forgetRequests();
    await workbench.reload();
    await fact(/To fetch/).waitForText("nothing", LONG);
    await dialog.getByRole("button", { name: WORDS.openCached }).click();
    await workbench.chip.waitForText(/^scenes from localhost:\d+ · /, LONG);
    await dialog.waitForCount(0);
    expect(weightRequests(), "requests for weights that were here").toEqual([]);
    await workbench.expectNoErrors();
  } finally {
    await hub.close();
  }
});
