/** Parts of the page that are first opened without a network work once it is back, also where failed imports are remembered. */
import { startSwitchedServer } from "../switched-server.ts";
import { FEW_SAMPLES } from "../words.ts";
import { test } from "./open-engine.ts";
import { EngineWorkbench } from "./workbench.ts";

test("mends a tab and the worker's own parts once the network is back", async ({ workbench: opened, baseURL }) => {
  const server = await startSwitchedServer(baseURL ?? "");
  try {
    const workbench = new EngineWorkbench(opened.driver, server.url);
    await workbench.open(FEW_SAMPLES);
    await workbench.settled();
    const { page } = workbench;
    await server.cut();
    await page.getByRole("tab", { name: "Layers" }).click();
    const alert = page.getByRole("tabpanel").getByRole("alert");
    await alert.waitForText("Layers: A part of this page could not be fetched: its server does not answer.");
    await server.mend();
    await alert.getByRole("button", { name: "Try again" }).click();
    await workbench.button("Compute layer views").waitForText("Compute");
    await server.cut();
    await workbench.button("Compute layer views").click();
    await alert.waitForText("A part of this page could not be fetched: its server does not answer.");
    await server.mend();
    await alert.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("region", { name: "Layer views" }).waitForText("Block influence", { timeout: 90_000 });
    await workbench.expectNoErrors();
  } finally {
    await server.close();
  }
});
