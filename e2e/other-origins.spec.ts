/** Models of other origins, which browsers let a page read in part or not at all: hubs and their stores, plain folders. */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { expect, type Page } from "@playwright/test";
import { type HubServer, startHubServer } from "../src/models/testing/hub-server.ts";
import { OpenModelDialog } from "./open-model.ts";
import { test } from "./test.ts";
import { ABOUT_MODEL } from "./words.ts";

const BUNDLED = join(import.meta.dirname, "..", "public", "models", "scenes");
const WEIGHTS = "model.safetensors";
const REPOSITORY = "test/scenes";

const chip = (page: Page) => page.getByRole("banner").getByRole("button", { name: ABOUT_MODEL });

async function open(page: Page, query = ""): Promise<OpenModelDialog> {
  await page.goto(`/?backend=cpu${query}#samples=2`);
  await expect(chip(page)).toContainText("Scenes 3M");
  const dialog = new OpenModelDialog(page);
  await dialog.show();
  return dialog;
}

test.describe("a hub", { tag: "@attack" }, () => {
  let hub: HubServer;

  test.beforeEach(async () => {
    hub = await startHubServer({ models: [{ repository: REPOSITORY, revisions: { main: BUNDLED } }] });
  });
  test.afterEach(() => hub.close());

  test("that pages may not read is named, and opens once they may", async ({ page }) => {
    const dialog = await open(page, `&hub=${encodeURIComponent(hub.url)}`);
    hub.fault("api:info", { kind: "no-cors" });
    await dialog.lookAt(REPOSITORY);
    await dialog.agreeTo(hub.url);
    await expect(dialog.alert).toContainText(`${new URL(hub.url).host} could not be reached`);
    await expect(dialog.hint).toContainText("may not let this page read it (CORS)");
    hub.clearFaults();
    await dialog.button("Try again").click();
    await expect(dialog.button("Download and open")).toBeVisible();
  });

  test("whose store of large files pages may not read is named with the file", async ({ page }) => {
    test.slow();
    const dialog = await open(page, `&hub=${encodeURIComponent(hub.url)}`);
    hub.fault(WEIGHTS, { kind: "no-cors", at: "cdn" });
    await dialog.lookAt(REPOSITORY);
    await dialog.agreeTo(hub.url);
    // Until then it is tried again, as after every break.
    await expect(dialog.alert).toContainText(/model\.safetensors: .*server that it keeps its files on/, {
      timeout: 90_000,
    });
    await expect(dialog.hint).toContainText("(CORS)");
    await expect(dialog.hint).toContainText("download the folder");
    await expect(chip(page)).toContainText("Scenes 3M");
  });

  test("that cannot be asked for the newest version gives the kept one and says so", async ({ page }) => {
    const dialog = await open(page, `&hub=${encodeURIComponent(hub.url)}`);
    await dialog.lookAt(REPOSITORY);
    await dialog.agreeTo(hub.url);
    await expect(dialog.button("Download and open")).toBeVisible();
    await dialog.button("Cancel").click();
    hub.fault("api:info", { kind: "status", status: 503 });
    await dialog.lookAt(REPOSITORY);
    await expect(dialog.dialog).toContainText("could not be asked for the newest version");
    await expect(dialog.button("Download and open")).toBeVisible();
  });
});

test.describe("a plain folder", () => {
  let server: Server;
  let address = "";

  test.beforeEach(async () => {
    // As a static host: packs text, knows ranges, exposes no headers and answers no preflights.
    server = createServer(async (request, response) => {
      response.setHeader("Access-Control-Allow-Origin", "*");
      if (request.method === "OPTIONS") return void response.writeHead(405).end();
      const path = /^\/models\/elsewhere\/([\w.-]+)$/.exec(request.url ?? "")?.[1];
      const bytes = path === undefined ? null : await readFile(join(BUNDLED, path)).catch(() => null);
      if (path === undefined || bytes === null) return void response.writeHead(404).end("no such file");
      const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
      const begin = Number(asked?.[1] ?? 0);
      const end = asked?.[2] ? Math.min(bytes.length, Number(asked[2]) + 1) : bytes.length;
      const packs = !asked && /\bgzip\b/.test(String(request.headers["accept-encoding"])) && path.endsWith(".json");
      const body = packs ? gzipSync(bytes) : bytes.subarray(begin, end);
      if (packs) response.setHeader("Content-Encoding", "gzip");
      if (asked) response.setHeader("Content-Range", `bytes ${begin}-${end - 1}/${bytes.length}`);
      response.writeHead(asked ? 206 : 200, { "Content-Length": body.length }).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
    address = `http://localhost:${(server.address() as AddressInfo).port}/models/elsewhere`;
  });
  test.afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test("opens by an address with a slash, which the page's own address keeps", async ({ page }) => {
    const dialog = await open(page);
    await dialog.lookAt(address);
    await expect(dialog.alert).toContainText("asked for the repository models/elsewhere");
    await expect(dialog.hint).toContainText(`${address}/`);
    await dialog.button("Choose another").click();
    await dialog.lookAt(`${address}/`);
    await expect(dialog.fact("Parameters")).toContainText("3.02");
    await dialog.button("Download and open").click();
    await expect(chip(page)).toContainText(/^elsewhere from localhost:\d+ · /);
    await expect(page).toHaveURL(/models%2Felsewhere%2F(&|$)/);
    await page.reload();
    await expect(dialog.fact("From")).toHaveText(address);
    await expect(dialog.button("Download and open")).toBeVisible();
  });
});
