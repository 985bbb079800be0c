/** The report: one file that says what the page says, opened without the page, its scripts and a network, and printed. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { type Browser, expect, type Page } from "@playwright/test";
import { violations } from "./axe.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

const ENTRY = "Save report (HTML)";
const pixels = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC";

/** Saves the report, and says where it lies. */
async function saved(page: Page): Promise<{ readonly name: string; readonly path: string }> {
  await page.getByRole("button", { name: "More", exact: true }).click();
  const menu = page.getByRole("group", { name: "More" });
  const entry = menu.getByRole("button", { name: ENTRY });
  await expect(entry).toBeEnabled({ timeout: 120_000 });
  const [download] = await Promise.all([page.waitForEvent("download"), entry.click()]);
  await expect(menu).toBeHidden();
  const path = test.info().outputPath("report.html");
  await download.saveAs(path);
  return { name: download.suggestedFilename(), path };
}

/** The file in a browser of its own, which may not run scripts and asks nobody for anything. */
async function opened(browser: Browser, path: string): Promise<Page> {
  const viewer = await (await browser.newContext({ javaScriptEnabled: false, offline: true })).newPage();
  const asked: string[] = [];
  viewer.on("request", (request) => asked.push(request.url().slice(0, 80)));
  await viewer.goto(pathToFileURL(path).href);
  expect(asked.filter((address) => !address.startsWith("data:"))).toEqual([pathToFileURL(path).href.slice(0, 80)]);
  return viewer;
}

test.use({ colorScheme: "dark" });

test("the report says what the page says, and prints", async ({ page, browser }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=60`);
  await workbench.settled();
  const verdict = (await workbench.verdict.textContent())?.match(/answer \w+[^,]*/)?.[0] ?? "";
  const words = (await workbench.tokens.allTextContents()).join("").slice(0, 24);
  await page.getByRole("button", { name: /^Pin/ }).first().click();
  const { name, path } = await saved(page);
  expect(name).toBe("scenes-3m-mucrasp-60pct-report.html");
  const viewer = await opened(browser, path);
  const text = async () => ((await viewer.locator("body").textContent()) ?? "").replaceAll(/\s+/g, " ");
  expect(await text()).toContain(words.trim());
  expect((await text()).toLowerCase()).toContain(verdict.toLowerCase());
  for (const title of [
    "Picture and question",
    "Verdict",
    "What is pruned, and how",
    "Reasoning",
    "What goes",
    "Compared",
  ])
    await expect(viewer.getByRole("heading", { name: title, exact: true })).toBeVisible();
  for (const chart of ["Reasoning", "Judge", "KL divergence", "Retention by layer", "Neuron field"])
    await expect(
      viewer.getByRole("img", { name: new RegExp(`^${chart} Scenes 3M · µCRASP · 60.0\\s%`) }),
    ).toBeVisible();
  await expect(viewer.getByRole("table", { name: /^Sides compared/ })).toBeVisible();
  for (const fact of [/^[0-9a-f]{64}$/, /^2 samples, calibrated here$/, /^CPU, single precision/])
    await expect(viewer.getByRole("definition").filter({ hasText: fact })).toHaveCount(1);
  expect(await text()).toMatch(/Made on .* by Pivotscope \d/);
  // Light, whatever the page was.
  await expect(viewer.locator("body")).toHaveCSS("background-color", "rgb(255, 255, 255)");
  // Read with scripts, which the file forbids itself and axe brings along.
  const reader = await (await browser.newContext()).newPage();
  await reader.goto(pathToFileURL(path).href);
  expect(await violations(reader)).toEqual([]);
  // On A4, in some pages, with everything that is drawn and nothing that is folded.
  await viewer.emulateMedia({ media: "print" });
  await expect(viewer.getByText("The numbers").first()).toBeHidden();
  const pdf = (await viewer.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
  const pages = pdf.match(/\/MediaBox\s*\[0 0 59[45][\d.]* 84[12][\d.]*\]/g) ?? [];
  expect(pages.length).toBeGreaterThan(3);
  expect(pages.length).toBeLessThan(16);
  expect(errors).toEqual([]);
});

test("names and questions of anybody are text in it", { tag: "@attack" }, async ({ page, browser }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=40`);
  await workbench.settled();
  const evil = `</style><script>document.title = "evil"</script>`;
  await workbench.choosePicture(`"><img src=x onerror=alert(1)>.png`, Buffer.from(pixels, "base64"));
  await workbench.ask(`${evil} "quotes" & 'more'?`);
  await expect(workbench.verdict).toBeVisible({ timeout: 120_000 });
  const { path } = await saved(page);
  const html = (await readFile(path)).toString();
  expect(html).not.toContain("<script");
  const reader = await (await browser.newContext()).newPage();
  reader.on("dialog", (dialog) => expect(dialog.message()).toBe("no dialog"));
  await reader.goto(pathToFileURL(path).href);
  await expect(reader).toHaveTitle("What pruning does to a line of reasoning");
  await expect(reader.getByText(evil).first()).toBeVisible();
  await expect(reader.getByRole("img", { name: `"><img src=x onerror=alert(1)>.png` })).toBeVisible();
  await expect(reader.locator("script")).toHaveCount(0);
});
