/** The main job, on WebGPU: load, read, calibrate, drag, measure, compare. One page, in the order of a visit. */
import { readFileSync } from "node:fs";
import { expect, type Page } from "@playwright/test";
import { decodeScene } from "../src/state/slices/input/scene-link.ts";
import { scenePicture } from "../src/testing/scene-picture.ts";
import { test } from "./test.ts";
import { WORDS } from "./words.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

test.describe.configure({ mode: "serial" });

let page: Page;
let workbench: Workbench;
let errors: string[] = [];
const foreign: string[] = [];

test.beforeAll(async ({ browser }) => {
  const context = await browser.newContext({ permissions: ["clipboard-read", "clipboard-write"] });
  page = await context.newPage();
  workbench = new Workbench(page);
  errors = workbench.watchErrors();
  page.on("request", (request) => {
    const { protocol, hostname } = new URL(request.url());
    if (protocol.startsWith("http") && hostname !== "localhost") foreign.push(request.url());
  });
  // A question with a short answer: a software GPU writes four tokens a second.
  await workbench.open(`${FEW_SAMPLES}&ratio=30&backend=webgpu&example=7`);
});

test.afterAll(() => page.context().close());

test("loads the bundled model on WebGPU and shows what it takes", async () => {
  await expect(page.getByRole("banner")).toContainText(/Scenes 3M · 3\.02\sM parameters · WebGPU/, { timeout: 90_000 });
  await expect(page.getByRole("banner")).toContainText(/WebGPU · float(16|32) · [\d.]+ MB/);
});

test("streams the dense model's reasoning and marks its pivots", async () => {
  await expect(workbench.tokens.first()).toBeVisible({ timeout: 60_000 });
  await expect(workbench.input).toContainText("metal", { timeout: 60_000 });
  await expect(workbench.tokens.filter({ hasText: "Therefore" })).toHaveAccessibleName(/pivot/);
});

test("calibrates by itself, then plans and measures", async () => {
  await workbench.settled();
  await expect(page.getByText(/2 samples in 1 batch/)).toBeVisible();
  await expect(workbench.verdict).toContainText("At 30 %: answer matches: metal = metal");
  for (const name of ["Retention by layer", "Neuron field", "Reasoning", "KL divergence"]) {
    await expect(workbench.region(name)).toContainText(/Scenes 3M · µCRASP · 30\.0\s%/);
  }
});

test("follows the slider in the same frame, and shows older results as older", async () => {
  await workbench.slider.focus();
  await page.keyboard.press("PageUp");
  await expect(workbench.slider).toHaveValue("35");
  await page.keyboard.press("ArrowRight");
  await expect(workbench.slider).toHaveValue("36");
  await expect(workbench.slider).toHaveAttribute("aria-valuetext", /^36\s% .* removed, [\d,]+ of 5,696 units kept$/);
  await expect(workbench.budget("asked")).toHaveText(/^36\.0\s%$/);
  // Before the frame of the key itself is painted the plan is there; the measurement of 30 % stays and says so.
  const kept = await page.evaluate(async () => {
    const slider = document.querySelector<HTMLInputElement>("#ratio");
    const figure = () =>
      [...document.querySelectorAll("dt")].find((term) => term.textContent === "asked")?.closest("dl")?.textContent;
    const before = figure();
    slider?.dispatchEvent(new KeyboardEvent("keydown", { key: "PageUp", bubbles: true, cancelable: true }));
    await new Promise(requestAnimationFrame);
    return {
      before,
      after: figure(),
      stale: [...document.querySelectorAll("span")]
        .map((span) => span.textContent)
        .find((text) => text?.startsWith("computed at")),
    };
  });
  expect(kept.after).not.toBe(kept.before);
  expect(kept.after).toMatch(/41\.0\s%/);
  expect(kept.stale).toMatch(/computed at 30/);
  await expect(workbench.verdict).toContainText("At 41 %", { timeout: 60_000 });
  await page.keyboard.press("Home");
  await expect(workbench.slider).toHaveValue("0");
  await page.keyboard.press("End");
  await expect(workbench.slider).toHaveValue("70");
  await expect(workbench.verdict).toContainText(/At 70\s%: answer differs: metal → /, { timeout: 60_000 });
});

test("shows a visited ratio again at once", async () => {
  const field = page.getByRole("spinbutton", { name: "Pruning ratio in per cent" });
  const text = await page.evaluate(async () => {
    const input = document.querySelector<HTMLInputElement>("#ratio");
    const setter = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set;
    setter?.call(input, "41");
    input?.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    return [...document.querySelectorAll("p > span")].find((part) => /^at [\d.]+/.test(part.textContent))?.textContent;
  });
  expect(text).toMatch(/at 41\.0\s%/);
  await expect(field).toHaveValue("41");
});

test("measures nothing at ratio 0 but exact equality", async () => {
  await page.getByRole("spinbutton", { name: "Pruning ratio in per cent" }).fill("0");
  await expect(workbench.verdict).toContainText("At 0 %: answer matches", { timeout: 60_000 });
  const table = workbench.reasoning.getByRole("button", { name: "show as table" });
  await table.click();
  const divergences = await workbench.reasoning.locator("tbody tr td:nth-child(3)").allInnerTexts();
  expect(divergences.length).toBeGreaterThan(2);
  for (const divergence of divergences) expect(Number(divergence)).toBe(0);
  await workbench.reasoning.getByRole("button", { name: "show as chart" }).click();
});

test("compares both traces side by side, aligned, with the first divergence marked", async () => {
  await workbench.slider.fill("60");
  await expect(workbench.verdict).toContainText("At 60 %", { timeout: 90_000 });
  await workbench.button(WORDS.compare).click();
  const comparison = workbench.region(WORDS.comparison);
  await expect(comparison).toContainText(/streaming/);
  await expect(comparison.getByText(/finished|cut after/)).toHaveCount(2, { timeout: 90_000 });
  await expect(comparison).toContainText("first divergence");
  await expect(comparison.getByRole("columnheader").nth(1)).toContainText(/pruned.*µCRASP.*60/);
  await expect(comparison).toBeInViewport();
});

test("cancels a comparison without waiting for the model", async () => {
  await workbench.button(WORDS.compare).click();
  await expect(workbench.button("Cancel comparison")).toBeVisible();
  await workbench.button("Cancel comparison").click();
  await expect(workbench.button("Close comparison")).toBeVisible();
  await expect(workbench.region(WORDS.comparison)).toContainText("cancelled");
  await workbench.button("Close comparison").click();
  await expect(workbench.region(WORDS.comparison)).toHaveCount(0);
});

test("changes a constant of the plan at once and resets it", async () => {
  const kept = () => workbench.budget("units kept").textContent();
  const before = await kept();
  await workbench.more("Advanced");
  await page.getByRole("spinbutton", { name: "Vision factor" }).fill("5");
  expect(await kept()).not.toBe(before);
  await page.getByRole("spinbutton", { name: "Window", exact: true }).fill("8");
  await expect(page.getByText("The calibration was made with other constants.")).toBeVisible();
  await workbench.button("Reset all").click();
  await expect(page.getByText("The calibration was made with other constants.")).toBeHidden();
  expect(await kept()).toBe(before);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("heading", { name: "Advanced" })).toBeHidden();
});

test("takes an own picture and an own question", async () => {
  const bytes = readFileSync(scenePicture);
  await workbench.choosePicture("mine.png", bytes);
  await expect(workbench.input.getByRole("img", { name: /mine\.png/ })).toBeVisible();
  await workbench.ask("What is at the bottom left?");
  await expect(workbench.tokens.first()).toBeVisible({ timeout: 60_000 });
  await expect(workbench.verdict).toContainText("At 60 %", { timeout: 120_000 });
});

test("gives the plan as a file and the page as a link", async () => {
  const [download] = await Promise.all([page.waitForEvent("download"), workbench.more("Download plan (JSON)")]);
  const plan = JSON.parse(readFileSync(await download.path(), "utf8"));
  expect(plan).toMatchObject({ method: "mucrasp", ratio: { asked: 0.6 }, model: { name: "scenes" } });
  expect(plan.keep["text.0.mlp"]).toHaveLength(384);
  const second = JSON.parse(readFileSync("public/models/scenes/examples.json", "utf8")).examples[1];
  await page.getByRole("button", { name: /^Example 2:/ }).click();
  await workbench.button("Share").click();
  await expect(page.getByText("Link copied.")).toBeVisible();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  const fields = new URLSearchParams(new URL(link).hash.slice(1));
  expect(fields.get("ratio")).toBe("60");
  expect(decodeScene(fields.get("scene") ?? "").objects).toEqual(second.scene);
  expect(fields.get("question")).toBe(second.question);
});

test("has spoken to nobody else and thrown nothing", () => {
  expect(foreign).toEqual([]);
  expect(errors).toEqual([]);
});
