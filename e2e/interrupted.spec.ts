/** A calibration that is interrupted goes on where it was: after a reload, a dead worker, a cancel, and in renewed workers. */
import { expect, type Page, type Worker } from "@playwright/test";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

/** Twelve batches: long enough to be interrupted, on the CPU some ten seconds. */
const SAMPLES = 24;
const HASH = `samples=${SAMPLES}&ratio=20`;

/** Opens the page on the CPU and waits until some batches are summed, not all of them. */
async function openAndWait(page: Page, query = "?backend=cpu"): Promise<Workbench> {
  const workbench = new Workbench(page);
  await workbench.open(HASH, query);
  await someBatches(workbench);
  return workbench;
}

async function someBatches(workbench: Workbench): Promise<void> {
  await expect(workbench.region("Calibration")).toContainText(/sample ([6-9]|1\d) of 24/, { timeout: 120_000 });
}

/** How many samples the calibration at hand took over. */
async function takenOver(workbench: Workbench): Promise<number> {
  const calibration = workbench.region("Calibration");
  await expect(calibration).toContainText("Goes on from", { timeout: 120_000 });
  return Number(/Goes on from (\d+) of 24 samples/.exec((await calibration.textContent()) ?? "")?.[1]);
}

async function finished(workbench: Workbench): Promise<string | null> {
  await expect(workbench.region("Calibration")).toContainText("24 samples in 12 batches", { timeout: 240_000 });
  await workbench.settled();
  return workbench.budget("units kept").textContent();
}

test("goes on after a reload, ends with the plan of an uninterrupted one, and then forgets what was kept", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = await openAndWait(page);
  const errors = workbench.watchErrors();
  await page.reload();
  expect(await takenOver(workbench)).toBeGreaterThanOrEqual(2);
  const kept = await finished(workbench);
  await workbench.button("Calibrate").click();
  await someBatches(workbench);
  await expect(workbench.region("Calibration")).not.toContainText("Goes on from");
  expect(await finished(workbench)).toBe(kept);
  expect(errors).toEqual([]);
});

test("goes on in a new worker when its worker is killed", { tag: "@attack" }, async ({ page }) => {
  const workers: Worker[] = [];
  page.on("worker", (started) => workers.push(started));
  const workbench = await openAndWait(page);
  const before = workers.length;
  await workers.at(-1)?.evaluate(() => {
    setTimeout(() => {
      throw new Error("out of luck");
    });
  });
  expect(await takenOver(workbench)).toBeGreaterThanOrEqual(2);
  expect(workers.length).toBeGreaterThan(before);
  await expect(workbench.region("Calibration")).toContainText(
    /worker stopped: .*out of luck\. The model is opened again/,
  );
  await finished(workbench);
  await expect(page.getByRole("alert")).toHaveCount(0);
});

test("goes on after a cancel where somebody wants it to, and starts over where they do not", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = await openAndWait(page);
  await workbench.button("Cancel").click();
  await expect(workbench.region("Calibration")).toContainText(/\d+ of 24 samples are summed/);
  await workbench.button("Continue").click();
  expect(await takenOver(workbench)).toBeGreaterThanOrEqual(2);
  await workbench.button("Cancel").click();
  await workbench.button("Start over").click();
  // Hours may be in it.
  await expect(workbench.region("Calibration")).toContainText(/Forget \d+ samples\?/);
  await workbench.button("Forget").click();
  await someBatches(workbench);
  await expect(workbench.region("Calibration")).not.toContainText("Goes on from");
  await finished(workbench);
});

test("is renewed after as many runs as the address says, and nobody notices", async ({ page }) => {
  const workers: Worker[] = [];
  page.on("worker", (started) => workers.push(started));
  const workbench = await openAndWait(page, "?backend=cpu&renew=400");
  await finished(workbench);
  expect(workers.filter((worker) => worker.url().includes("worker")).length).toBeGreaterThan(2);
  await expect(page.getByRole("alert")).toHaveCount(0);
});
