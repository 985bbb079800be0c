/**
 * What a long list of own samples costs: seconds for each hundred pictures that are added in the built page, and how many
 * elements the window has then. No model is loaded. With `--dist FOLDER` another build is measured, for example one from
 * before a change.
 */
import { chromium } from "playwright";
import sharp from "sharp";
import { preview } from "vite";
import { browserArguments, findBrowser } from "../scripts/find-browser.ts";

const HUNDREDS = 10;
/** A slow machine, or a build whose list grows slower and slower. */
const PATIENCE = 5 * 60_000;

/** Pictures that all differ, as those of people do. */
async function picturesFrom(first: number) {
  return Promise.all(
    Array.from({ length: 100 }, async (_, place) => {
      const number = first + place;
      const background = { r: number % 256, g: number >> 8, b: 90 };
      const buffer = await sharp({ create: { width: 64, height: 64, channels: 3, background } })
        .png()
        .toBuffer();
      return { name: `${number}.png`, mimeType: "image/png", buffer };
    }),
  );
}

/** @param dist the folder of a built page. */
export async function measureOwnSamples(dist: string) {
  const server = await preview({ logLevel: "error", build: { outDir: dist }, preview: { port: 0 } });
  const browser = await chromium.launch({ executablePath: findBrowser(), args: browserArguments() });
  try {
    const page = await browser.newPage();
    await page.route("**/model.safetensors", (route) => route.abort());
    await page.goto(`${server.resolvedUrls?.local[0]}#backend=cpu`);
    await page.getByRole("button", { name: "Own samples", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Own samples" });
    await dialog.getByLabel("Question for new pictures").fill("What is this?");
    const seconds: number[] = [];
    const elements: number[] = [];
    for (let hundred = 1; hundred <= HUNDREDS; hundred++) {
      const pictures = await picturesFrom((hundred - 1) * 100);
      const begun = performance.now();
      await dialog.getByLabel("Add pictures").setInputFiles(pictures);
      await dialog
        .getByText(new RegExp(`^${hundred === 10 ? "1,?0" : hundred}00 samples,`))
        .waitFor({ timeout: PATIENCE });
      await dialog.locator("[aria-busy=false]").first().waitFor({ timeout: PATIENCE });
      seconds.push(Number(((performance.now() - begun) / 1000).toFixed(2)));
      elements.push(await dialog.locator("*").count());
    }
    const [first = 1] = seconds;
    return { seconds, elements, lastByFirst: Number(((seconds.at(-1) ?? 0) / first).toFixed(2)) };
  } finally {
    await browser.close();
    await server.close();
  }
}
