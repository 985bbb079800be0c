/** The page's second wall: what it may not load is stopped, and in another page's frame it does not run. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test as plain } from "@playwright/test";
import { test } from "./test.ts";

plain(
  "what the policy does not allow is stopped: scripts and styles in markup, pictures and code of other origins",
  async ({ page }) => {
    await page.goto("/?backend=cpu");
    await expect(page.getByRole("banner")).toBeVisible();
    const seen = await page.evaluateHandle(() => {
      const found = new Set<string>();
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => found.add(effectiveDirective));
      const markup = document
        .createRange()
        .createContextualFragment(
          "<script>window.ran = 1;</script><script src='https://example.com/a.js'></script><style>p { color: red }</style>" +
            "<img src='https://example.com/a.png'><iframe src='https://example.com'></iframe><base href='/elsewhere/'>",
        );
      document.body.append(markup);
      return found;
    });
    await expect
      .poll(() => seen.evaluate((found) => [...found].sort()))
      .toEqual(["base-uri", "frame-src", "img-src", "script-src-elem", "style-src-elem"]);
    expect(await page.evaluate(() => "ran" in window)).toBe(false);
    // The page reads a picture at hand again to make a sample of it.
    const own = async () => (await fetch(URL.createObjectURL(new Blob(["own"])))).text();
    expect(await page.evaluate(own)).toBe("own");
  },
);

test.describe("in a frame of another origin", { tag: "@attack" }, () => {
  let outer: Server;
  let address: string;

  test.beforeEach(async ({ baseURL }) => {
    outer = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(`<iframe src="${baseURL}" allow="cross-origin-isolated" style="width:90vw;height:90vh"></iframe>`);
    });
    await new Promise<void>((resolve) => outer.listen(0, "127.0.0.1", resolve));
    address = `http://127.0.0.1:${(outer.address() as AddressInfo).port}`;
  });
  test.afterEach(() => void outer.close());

  test("the project's server forbids it", async ({ page }) => {
    const refused = page.waitForEvent("console", (message) => /frame-ancestors 'none'/.test(message.text()));
    await page.goto(address);
    await refused;
    await expect(page.frameLocator("iframe").getByRole("banner")).toHaveCount(0);
  });

  test("a host without headers leaves it to the page, which offers a window of its own", async ({ page, baseURL }) => {
    await page.route(`${baseURL}/**`, async (route) => {
      const response = await route.fetch();
      const { "content-security-policy": _, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    await page.goto(address);
    const frame = page.frameLocator("iframe");
    await expect(frame.getByText("Another page shows Pivotscope inside itself")).toBeVisible();
    const link = frame.getByRole("link", { name: "Open Pivotscope in a window of its own" });
    await expect(link).toHaveAttribute("target", "_blank");
    await expect(frame.getByRole("button")).toHaveCount(0);
  });
});
