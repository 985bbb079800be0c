/** Firefox, driven over WebDriver BiDi: it speaks it by itself, without a driver of its own. */
import puppeteer, { type ElementHandle } from "puppeteer-core";
import { findFirefox } from "../../scripts/find-engines.ts";
import { driverEnvironment } from "../../scripts/vulkan-driver.ts";
import type { Driver } from "./driver.ts";

/** Firefox on Linux has WebGPU behind these; software adapters are on its list of blocked ones. */
const PREFERENCES = {
  "dom.webgpu.enabled": true,
  "gfx.webgpu.ignore-blocklist": true,
  "gfx.webgpu.force-enabled": true,
};

/** `preferences` are Firefox's own (about:config), beside those that WebGPU wants. */
export async function openFirefox(
  preferences: Readonly<Record<string, string | number | boolean>> = {},
): Promise<Driver> {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: findFirefox(),
    headless: true,
    defaultViewport: null,
    args: ["--width=1440", "--height=900"],
    extraPrefsFirefox: { ...PREFERENCES, ...preferences },
    // The sandbox of Firefox's GPU process hides Vulkan drivers from it in containers.
    env: { ...process.env, ...driverEnvironment(), MOZ_DISABLE_GPU_SANDBOX: "1" },
  });
  const page = await browser.newPage();
  await page.setViewport({ width: 1440, height: 900 });
  const version = (await browser.version()).replace("/", " ");

  const driver: Driver<ElementHandle> = {
    engine: "firefox",
    version,
    async open(address) {
      await page.goto(address);
    },
    async reload() {
      await page.reload();
    },
    evaluate: (expression) => page.evaluate(expression),
    async find(expression) {
      const found = await page.evaluateHandle(expression);
      return found.asElement() as ElementHandle | null;
    },
    click: (element) => element.click(),
    async drag(element, { from, to }) {
      const box = await element.boundingBox();
      if (!box) throw new Error("What is to be dragged is not shown.");
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + from * box.width, y);
      await page.mouse.down();
      await page.mouse.move(box.x + to * box.width, y, { steps: 8 });
      await page.mouse.up();
    },
    press: (key) => page.keyboard.press(key),
    type: (text) => page.keyboard.type(text),
    chooseFiles: (element, paths) => (element as ElementHandle<HTMLInputElement>).uploadFile(...paths),
    resize: (width, height) => page.setViewport({ width, height }),
    screenshot: () => page.screenshot(),
    close: () => browser.close(),
  };
  return driver;
}
