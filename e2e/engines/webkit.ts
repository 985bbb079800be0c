/** WebKitGTK, driven over WebDriver: Safari's engine on a display without a screen. */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Builder, Key as SeleniumKey, type WebElement } from "selenium-webdriver";
import { findWebKit } from "../../scripts/find-engines.ts";
import type { Driver, Key } from "./driver.ts";

// Its types know it by this name only, which is a folder's that Node imports no module from.
const { DriverService }: typeof import("selenium-webdriver/remote") = createRequire(import.meta.url)(
  "selenium-webdriver/remote",
);

const KEY_CODES: Readonly<Record<Key, string>> = {
  ArrowLeft: SeleniumKey.ARROW_LEFT,
  ArrowRight: SeleniumKey.ARROW_RIGHT,
  End: SeleniumKey.END,
  Enter: SeleniumKey.ENTER,
  Escape: SeleniumKey.ESCAPE,
  Home: SeleniumKey.HOME,
  PageDown: SeleniumKey.PAGE_DOWN,
  PageUp: SeleniumKey.PAGE_UP,
  Tab: SeleniumKey.TAB,
};

/** A display without a screen, on the first free number. */
async function startDisplay(program: string): Promise<{ process: ChildProcess; name: string }> {
  const child = spawn(program, ["-displayfd", "3", "-screen", "0", "2600x1500x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const output = child.stdio[3];
  const name = await new Promise<string>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => reject(new Error(`Xvfb ended with status ${status}.`)));
    output?.once("data", (number: Buffer) => resolve(`:${number.toString().trim()}`));
  });
  return { process: child, name };
}

/** What the driver opens; the file says why it is no browser of WebKitGTK's. */
const WINDOW = join(import.meta.dirname, "webkit-window.py");

export async function openWebKit(): Promise<Driver> {
  const { driver: program, display: displayProgram } = findWebKit();
  const kept = await mkdtemp(join(tmpdir(), "pivotscope-webkit-"));
  const display = await startDisplay(displayProgram);
  const environment = {
    ...process.env,
    DISPLAY: display.name,
    // Its sandbox wants namespaces, which root in a container does not have.
    ...(process.getuid?.() === 0 ? { WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" } : {}),
  };
  const service = new DriverService.Builder(program)
    .setLoopback(true)
    .setStdio(["ignore", "inherit", "inherit"])
    .setEnvironment(environment)
    .build();
  const stop = async () => {
    await service.kill();
    display.process.kill();
    await rm(kept, { recursive: true, force: true });
  };
  try {
    const session = await new Builder()
      .usingServer(await service.start())
      .withCapabilities({
        browserName: "webkit-window",
        "webkitgtk:browserOptions": { binary: WINDOW, args: [kept] },
      })
      .build();
    await session.manage().setTimeouts({ script: 120_000, pageLoad: 120_000 });
    const capabilities = await session.getCapabilities();
    const resize = async (width: number, height: number) => {
      await session.manage().window().setRect({ x: 0, y: 0, width, height });
    };
    await resize(1440, 900);

    /** `done` gets [value], or an error's text: WebKit's driver waits for no promise. */
    async function evaluate<Value>(expression: string): Promise<Value> {
      const answer = await session.executeAsyncScript<[Value] | string>(`
        const done = arguments[arguments.length - 1];
        Promise.resolve().then(() => (${expression})).then((value) => done([value]), (error) => done(String(error)));
      `);
      if (typeof answer === "string") throw new Error(answer);
      return answer[0];
    }

    const driver: Driver<WebElement> = {
      engine: "webkit",
      version: `WebKitGTK ${capabilities.getBrowserVersion()}`,
      open: (address) => session.get(address),
      reload: () => session.navigate().refresh(),
      evaluate,
      find: (expression) => evaluate<WebElement | null>(expression),
      click: (element) => element.click(),
      async drag(element, { from, to }) {
        // The pointer's origin is an element's middle.
        const { width } = await element.getRect();
        const at = (place: number) => ({ origin: element, x: Math.round((place - 0.5) * width), y: 0 });
        await session
          .actions()
          .move(at(from))
          .press()
          .move(at((from + to) / 2))
          .move(at(to))
          .release()
          .perform();
      },
      press: (key) => session.actions().sendKeys(KEY_CODES[key]).perform(),
      type: (text) => session.actions().sendKeys(text).perform(),
      chooseFiles: (element, paths) => element.sendKeys(paths.join("\n")),
      resize,
      screenshot: async () => Buffer.from(await session.takeScreenshot(), "base64"),
      async close() {
        await session.quit();
        await stop();
      },
    };
    return driver;
  } catch (error) {
    await stop();
    throw error;
  }
}
