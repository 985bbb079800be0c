/** At 1440 × 900 the essentials stand on the screen without scrolling. */
import { expect } from "@playwright/test";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test("shows picture, slider, retention, field, trace, KL and the way to compare at once", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=45`);
  await workbench.settled();
  await expect(workbench.slider).toBeInViewport({ ratio: 1 });
  await expect(workbench.button("Compare reasoning")).toBeInViewport({ ratio: 1 });
  for (const name of ["Picture and question", "Reasoning"]) {
    await expect(workbench.region(name)).toBeInViewport({ ratio: 1 });
  }
  for (const name of ["Retention by layer", "Neuron field", "KL divergence"]) {
    await expect(workbench.region(name)).toBeInViewport({ ratio: 0.8 });
  }
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1440);
});

test("names the software of others that it holds, with their licences", async ({ page, request }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu`);
  await workbench.more("Help");
  const link = page.getByRole("dialog", { name: "Help" }).getByRole("link", { name: "their notices" });
  await expect(link).toBeVisible();
  const answer = await request.get(await link.evaluate((element: HTMLAnchorElement) => element.href));
  const notices = await answer.text();
  // What runs in the page, in its worker, and what the bundler adds.
  for (const name of ["react-dom", "onnxruntime-web", "@huggingface/jinja", "valibot"]) {
    expect(notices).toMatch(new RegExp(`^${name} [\\d.]+ \\(`, "m"));
  }
  expect(notices).toContain("Copyright (c) Microsoft Corporation");
});
