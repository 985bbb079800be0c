/** Parts of the page that are first opened without a network: each says so, and works once the network is back. */
import { expect, type Page } from "@playwright/test";
import sharp from "sharp";
import { type SwitchedServer, startSwitchedServer } from "./switched-server.ts";
import { test } from "./test.ts";
import { Workbench } from "./workbench.ts";

const UNREACHED = "A part of this page could not be fetched: its server does not answer.";
const HASH = "samples=2&backend=cpu&ratio=30";

async function withServer(page: Page, baseURL: string | undefined, run: (server: SwitchedServer) => Promise<void>) {
  const server = await startSwitchedServer(baseURL ?? "");
  try {
    await page.goto(`${server.url}/#${HASH}`);
    await new Workbench(page).settled();
    await run(server);
  } finally {
    await page.close();
    await server.close();
  }
}

test("mends tabs, dialogs, pictures and layer views once the network is back", async ({ page, baseURL }) => {
  const workbench = new Workbench(page);
  const errors = workbench.watchErrors();
  await withServer(page, baseURL, async (server) => {
    const failed = (name: string) => page.getByRole("alert").filter({ hasText: `${name}: ${UNREACHED}` });
    const retry = (name: string) => failed(name).getByRole("button", { name: "Try again" });

    await server.cut();
    await page.getByRole("tab", { name: "Layers" }).click();
    await expect(failed("Layers")).toContainText("Try again once the network is back");
    // Pressed too early it says the same.
    await retry("Layers").click();
    await expect(failed("Layers").getByRole("button", { name: "Try again" })).toBeEnabled();
    await workbench.button("Own samples").click();
    await expect(failed("Own samples")).toBeVisible();
    await page.getByRole("banner").getByRole("button", { name: "Open model" }).click();
    await expect(failed("The dialog to open a model")).toBeVisible();
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } })
      .png()
      .toBuffer();
    await workbench.choosePicture("teal.png", bytes);
    const pictureFailed = workbench.input.getByRole("alert").filter({ hasText: UNREACHED });
    await expect(pictureFailed).toBeVisible();

    await server.mend();
    await retry("Layers").click();
    const compute = workbench.button("Compute layer views");
    await expect(compute).toBeVisible();
    await retry("Own samples").click();
    const dialog = page.getByRole("dialog", { name: "Own samples" });
    await dialog.getByRole("button", { name: "Close" }).click();
    await retry("The dialog to open a model").click();
    await page.getByRole("dialog", { name: "Open model" }).getByRole("button", { name: "Close" }).click();
    await pictureFailed.getByRole("button", { name: "Try again" }).click();
    await expect(workbench.input.getByRole("img", { name: /Asked about: teal\.png/ })).toBeVisible();
    await expect(page.getByRole("alert")).toHaveCount(0);

    // What the worker fetches when it is first wanted.
    await server.cut();
    await compute.click();
    const views = page.getByRole("tabpanel").getByRole("alert");
    await expect(views).toContainText(UNREACHED);
    await server.mend();
    await views.getByRole("button", { name: "Try again" }).click();
    await expect(page.getByRole("region", { name: "Layer views" })).toBeVisible({ timeout: 120_000 });
  });
  expect(errors).toEqual([]);
});

test("says that the server has a newer version, and reloads without losing an own picture", async ({
  page,
  baseURL,
}) => {
  const workbench = new Workbench(page);
  await withServer(page, baseURL, async () => {
    const bytes = await sharp({ create: { width: 40, height: 30, channels: 3, background: "teal" } })
      .png()
      .toBuffer();
    await workbench.choosePicture("teal.png", bytes);
    await workbench.ask("What is in this picture?");
    await expect(page).toHaveURL(/picture=\w+&question=What/);

    // A deployment takes the files of the one before away.
    await page.route(/\/assets\/.*\.js$/, (route) => route.fulfill({ status: 404, body: "Not found" }));
    await page.getByRole("tab", { name: "Curves" }).click();
    const failed = page.getByRole("alert").filter({ hasText: "Curves: A part of this page is not to be had" });
    await expect(failed).toContainText("Reload the page");
    await expect(page).toHaveURL(/tab=curves/);
    await page.unroute(/\/assets\/.*\.js$/);
    await failed.getByRole("button", { name: "Reload the page" }).click();
    await expect(workbench.input.getByRole("img", { name: /Asked about: teal\.png/ })).toBeVisible({ timeout: 60_000 });
    await expect(page.getByRole("textbox", { name: "Question" })).toHaveValue("What is in this picture?");
    await expect(page.getByRole("tab", { name: "Curves" })).toHaveAttribute("aria-selected", "true");
    await expect(workbench.button("Measure the curves")).toBeVisible();
    await expect(page.getByRole("status", { name: "Link" })).toBeEmpty();
  });
});

test("says what a link asks for and does not get, until that is dismissed", async ({ page }) => {
  const workbench = new Workbench(page);
  await workbench.open(`${HASH}&method=lottery&set.window=99999&tab=graphs`);
  const line = page.getByRole("status", { name: "Link" });
  await expect(line).toContainText("method “lottery” (no method's name; µCRASP is shown");
  await expect(line).toContainText("tab “graphs”");
  await expect(line).toContainText("set.window “99999” (expected a whole number");
  await line.getByRole("button", { name: "Dismiss" }).click();
  await expect(line).toBeEmpty();
});
