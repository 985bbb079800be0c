/** Nothing is ever shown under another's name: every frame is looked at while models, methods, pictures and ratios change. */
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { expect, type Page } from "@playwright/test";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");

/** The bundled model's folder with other weights in its middle: it says other things. */
async function otherModel(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "pivotscope-other-"));
  await cp(BUNDLED, path, { recursive: true });
  const weights = join(path, "model.safetensors");
  const bytes = await readFile(weights);
  bytes.fill(0, bytes.length / 2, bytes.length / 2 + 400_000);
  await writeFile(weights, bytes);
  return path;
}

/** A chart of the workbench as one frame has it. */
interface Seen {
  readonly title: string;
  readonly caption: string;
  /** What its drawing says of itself. */
  readonly numbers: string;
}

/** From now on keeps every state that a chart above the tabs has been in. */
async function watch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = new Map<string, Seen>();
    const look = () => {
      for (const chart of document.querySelectorAll("main section")) {
        const caption = chart.querySelector("header p")?.textContent?.replaceAll("\u00a0", " ");
        if (!caption || chart.closest("[role=tabpanel]")) continue;
        const title = chart.querySelector("header h2")?.textContent ?? "";
        const numbers = chart.querySelector("[role=img]")?.getAttribute("aria-label") ?? "";
        seen.set(`${title}|${caption}|${numbers}`, { title, caption, numbers });
      }
      requestAnimationFrame(look);
    };
    Object.assign(globalThis, { seen });
    look();
  });
}

const seenOn = (page: Page): Promise<readonly Seen[]> =>
  page.evaluate(() => [...(globalThis as unknown as { seen: Map<string, Seen> }).seen.values()]);

test("no chart shows the numbers of one model, method, picture or ratio under the name of another", async ({
  page,
}) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=60`);
  await workbench.settled();
  await workbench.ask("How many objects are there?");
  await expect(workbench.verdict).toContainText("At 60 %");
  await watch(page);
  const method = page.getByRole("combobox", { name: "Method", exact: true });
  await method.selectOption({ label: "Wanda-SP" });
  await expect(workbench.region("KL divergence")).toContainText("Wanda-SP · 60.0 %");
  await method.selectOption({ label: "µCRASP" });
  await page.getByRole("button", { name: /^Example 2:/ }).click();
  await workbench.slider.fill("20");
  await expect(workbench.verdict).toContainText("At 20 %");
  const path = await otherModel();
  const dialog = new OpenModelDialog(page);
  await dialog.show();
  await dialog.chooseFolder(path);
  await expect(dialog.dialog).toBeHidden();
  const name = basename(path);
  await expect(workbench.region("KL divergence")).toContainText(`${name} · µCRASP · 20.0 %`, { timeout: 120_000 });
  await rm(path, { recursive: true });

  const seen = await seenOn(page);
  const owners = new Map<string, Set<string>>();
  for (const { title, caption, numbers } of seen) {
    // Where nothing is drawn there is nothing to be named.
    if (numbers === "" || numbers.startsWith("No ") || title === "Neuron field") continue;
    const key = `${title}: ${numbers}`;
    owners.set(key, (owners.get(key) ?? new Set()).add(caption));
  }
  const shared = [...owners].filter(([, captions]) => captions.size > 1);
  expect(shared.map(([numbers, captions]) => `${numbers} under ${[...captions].join(" and ")}`)).toEqual([]);
  const captions = new Set(seen.map(({ caption }) => caption));
  for (const expected of [
    "Scenes 3M · Wanda-SP · 60.0 %",
    "Scenes 3M · µCRASP · 60.0 %",
    `${name} · µCRASP · 20.0 %`,
  ]) {
    expect([...captions]).toContain(expected);
  }
});
