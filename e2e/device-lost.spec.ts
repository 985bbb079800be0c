/** The GPU or the worker goes away in the middle of the work: nothing is lost, one button goes on. */
import { readFileSync } from "node:fs";
import { expect, type Page, type Worker } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

/** Lets the test reach the device that the worker asks for. Model files wait until that is arranged. */
async function openWithDevice(page: Page, workbench: Workbench): Promise<() => Promise<void>> {
  let worker: Worker | null = null;
  let arranged: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    arranged = resolve;
  });
  page.on("worker", async (started) => {
    worker = started;
    await started.evaluate(() => {
      const request = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (descriptor) {
        const device = await request.call(this, descriptor);
        Object.assign(globalThis, { deviceOfTest: device });
        return device;
      };
    });
    arranged();
  });
  await page.route("**/models/scenes/config.json", async (route) => {
    await ready;
    await route.continue();
  });
  await workbench.open(`${FEW_SAMPLES}&ratio=33&backend=webgpu`);
  return async () => {
    await worker?.evaluate(() => (globalThis as unknown as { deviceOfTest: GPUDevice }).deviceOfTest.destroy());
  };
}

test("a device lost during calibration: the model is opened again, and calibration goes on by itself", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  const loseDevice = await openWithDevice(page, workbench);
  await expect(page.getByText(/(forward|backward), layer/)).toBeVisible({ timeout: 120_000 });
  const reasoning = (await workbench.tokens.allInnerTexts()).join("");
  await loseDevice();
  await expect(workbench.region("Calibration")).toContainText(/graphics device was lost.*The model is opened again/);
  await workbench.settled();
  await expect(page.getByRole("alert")).toHaveCount(0);
  await expect(workbench.slider).toHaveValue("33");
  await expect(workbench.input.getByRole("img", { name: /a scene of/ })).toBeVisible();
  expect((await workbench.tokens.allInnerTexts()).join("")).toBe(reasoning);
  const [{ question }] = JSON.parse(readFileSync("public/models/scenes/examples.json", "utf8")).examples;
  await expect(page.getByRole("textbox", { name: "Question" })).toHaveValue(question);
  expect(errors).toEqual([]);
});

test("a worker that crashes while it answers says so, and a reload brings the model back with plan and results", {
  tag: "@attack",
}, async ({ page }) => {
  const workbench = new Workbench(page);
  let worker: Worker | null = null;
  page.on("worker", (started) => {
    worker = started;
  });
  await workbench.open(`${FEW_SAMPLES}&ratio=20&backend=cpu`);
  await workbench.settled();
  const kept = await workbench.budget("units kept").textContent();
  await (worker as Worker | null)?.evaluate(() => {
    setTimeout(() => {
      throw new Error("out of luck");
    });
  });
  await workbench.ask("How many objects are there?");
  expect(await workbench.alertText()).toMatch(/worker stopped.*out of luck/s);
  expect(await workbench.budget("units kept").textContent()).toBe(kept);
  await workbench.button("Reload model").click();
  await workbench.settled();
  expect(await workbench.budget("units kept").textContent()).toBe(kept);
});
