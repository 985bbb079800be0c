/** Charts go out as PNG, SVG and CSV, and stand alone: opened again without the page, its styles and its faces. */
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { type Download, expect, type Page } from "@playwright/test";
import { violations } from "./axe.ts";
import { test } from "./test.ts";
import { FEW_SAMPLES, Workbench } from "./workbench.ts";

/** Saves a chart by keyboard alone. */
async function save(page: Page, chart: string, format: "PNG" | "SVG" | "CSV"): Promise<Download> {
  await page.getByRole("region", { name: chart, exact: true }).getByRole("button", { name: "save" }).focus();
  await page.keyboard.press("Enter");
  const menu = page.getByRole("group", { name: `Save ${chart} as` });
  await expect(menu.getByRole("button", { name: /^PNG/ })).toBeFocused();
  for (let step = ["PNG", "SVG", "CSV"].indexOf(format); step > 0; step -= 1) await page.keyboard.press("Tab");
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")]);
  await expect(menu).toBeHidden();
  return download;
}

type Size = readonly [number, number];

/** Mean colours of 32 × 32 cells of a picture that is drawn at `size` pixels, as bytes; in a page without our styles. */
function cells(bare: Page, type: string, bytes: Buffer, size: Size): Promise<readonly number[]> {
  const address = `data:${type};base64,${bytes.toString("base64")}`;
  return bare.evaluate(
    async ({ address, size: [width, height] }) => {
      const image = new Image();
      image.src = address;
      await image.decode();
      const drawn = (source: CanvasImageSource, columns: number, rows: number) => {
        const canvas = document.createElement("canvas");
        canvas.width = columns;
        canvas.height = rows;
        const context = canvas.getContext("2d");
        if (!context) throw new Error("no context");
        context.imageSmoothingQuality = "high";
        context.drawImage(source, 0, 0, columns, rows);
        return { canvas, context };
      };
      // Vectors at the size of the other picture, then both made small in one way.
      return [...drawn(drawn(image, width, height).canvas, 32, 32).context.getImageData(0, 0, 32, 32).data];
    },
    { address, size },
  );
}

/** Size of a PNG in pixels, from its header. */
function sizeOf(png: Buffer): Size {
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

const CHARTS = [
  { name: "Retention by layer", file: "retention-by-layer", words: ["CMDS", "text layers", "attention group kept"] },
  { name: "Neuron field", file: "neuron-field", words: ["text: attention groups, then MLP neurons", "gone"] },
  { name: "KL divergence", file: "kl-divergence", words: ["nats per token →", "median"] },
  { name: "Reasoning", file: "reasoning", words: ["dense", "pruned", "leaves the path"] },
  { name: "Judge", file: "judge", words: ["claims true", "hallucination, 0–10"] },
] as const;

test.use({ colorScheme: "dark" });

test("every chart is saved as a picture that stands alone, with its words and whose it is", async ({
  page,
  browser,
}) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=40`);
  await workbench.settled();
  const bare = await (await browser.newContext()).newPage();
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  for (const { name, file, words } of CHARTS) {
    const [drawing, picture] = [await save(page, name, "SVG"), await save(page, name, "PNG")];
    expect(drawing.suggestedFilename()).toBe(`scenes-3m-mucrasp-40pct-${file}.svg`);
    expect(picture.suggestedFilename()).toBe(`scenes-3m-mucrasp-40pct-${file}.png`);
    const path = test.info().outputPath(`${file}.svg`);
    await drawing.saveAs(path);
    const [svg, png] = [await readFile(path), await readFile(await picture.path())];
    // It is opened without scripts, by a reader of XML.
    const viewer = await browser.newContext({ javaScriptEnabled: false });
    const alone = await viewer.newPage();
    const asked: string[] = [];
    alone.on("request", (request) => asked.push(request.url()));
    await alone.goto(pathToFileURL(path).href);
    expect(asked.filter((address) => !address.startsWith("data:"))).toEqual([pathToFileURL(path).href]);
    const said = (await alone.locator("text").allTextContents()).join(" ");
    for (const text of [name, "Scenes 3M · µCRASP · 40.0 %", ...words]) expect(said).toContain(text);
    for (const left of ["formula", "save", "arrow keys"]) expect(said).not.toContain(left);
    await viewer.close();
    const parsed = await bare.evaluate((text) => {
      const found = new DOMParser().parseFromString(text, "image/svg+xml");
      const { documentElement: root } = found;
      const size = [root.getAttribute("width"), root.getAttribute("height")].map(Number);
      return {
        size,
        error: found.querySelector("parsererror")?.textContent,
        fill: found.querySelector("rect")?.getAttribute("fill"),
      };
    }, svg.toString());
    expect(parsed.error).toBeUndefined();
    expect(sizeOf(png)).toEqual(parsed.size.map((side) => Math.ceil(2 * side)));
    const [red = 0, green = 0, blue = 0] = (ground.match(/\d+/g) ?? []).map(Number);
    expect(parsed.fill).not.toBe("#ffffff");
    // The same picture, whichever of the two is looked at, in whatever face.
    const one = await cells(bare, "image/svg+xml", svg, sizeOf(png));
    const other = await cells(bare, "image/png", png, sizeOf(png));
    expect(one).toHaveLength(4 * 32 * 32);
    const apart = one.map((value, place) => Math.abs(value - (other[place] ?? 0)));
    const mean = apart.reduce((sum, value) => sum + value, 0) / apart.length;
    expect(mean).toBeLessThan(2);
    expect(new Set(other).size).toBeGreaterThan(20);
    expect(red + green + blue).toBeLessThan(200);
  }
  expect(errors).toEqual([]);
});

test("a chart that is shown as its table is saved as a picture and as numbers", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${FEW_SAMPLES}&backend=cpu&ratio=40`);
  await workbench.settled();
  const chart = workbench.region("Retention by layer");
  await chart.getByRole("button", { name: "show as table" }).click();
  const table = await save(page, "Retention by layer", "CSV");
  const csv = (await readFile(await table.path())).toString();
  expect(csv.split("\r\n")[0]).toContain("Layer");
  expect(csv.split("\r\n").length).toBeGreaterThan(10);
  await expect(chart.getByRole("table")).toBeVisible();
  const drawing = (await readFile(await (await save(page, "Retention by layer", "SVG")).path())).toString();
  expect(drawing).toContain(">text layers</text>");
  await chart.getByRole("button", { name: "save" }).click();
  await expect(page.getByRole("group", { name: "Save Retention by layer as" })).toBeVisible();
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("group", { name: "Save Retention by layer as" })).toBeHidden();
  await expect(chart.getByRole("button", { name: "save" })).toBeFocused();
});
