/** A visit on the CPU: load, read, calibrate, drag, compare, own pictures, reload. */
import { readFileSync } from "node:fs";
import { expect } from "@playwright/test";
import { scenePicture } from "../../src/testing/scene-picture.ts";
import { FEW_SAMPLES, WORDS } from "../words.ts";
import { drag, firstAnswer, prunedAnswer, SHORT_EXAMPLE } from "./main-job.ts";
import { test } from "./open-engine.ts";
import { type EngineWorkbench, LONG } from "./workbench.ts";

const FOUND = `${FEW_SAMPLES}&ratio=30&${SHORT_EXAMPLE}`;

test("answers, calibrates, prunes under the slider and compares", async ({ workbench }) => {
  await workbench.open(FOUND);
  await workbench.chip.waitForText(/^Scenes 3M · 3\.02 M parameters · CPU · float32/, LONG);
  // Without it WebAssembly has no threads.
  expect(await workbench.driver.evaluate("crossOriginIsolated")).toBe(true);
  await firstAnswer(workbench);
  await prunedAnswer(workbench);
  await drag(workbench);

  await workbench.button(WORDS.compare).click();
  const comparison = workbench.region(WORDS.comparison);
  await comparison.getByText(/finished|cut after/).waitForCount(2, LONG);
  await comparison.waitForText("first divergence");
  await comparison
    .getByRole("columnheader")
    .nth(1)
    .waitForText(/pruned.*µCRASP.*70/);

  await workbench.button("Share").click();
  // Where the browser keeps the clipboard from pages that scripts drive, the link itself is shown.
  await workbench.page
    .getByRole("status")
    .containing(/Link copied|ratio=70/)
    .waitForCount(1);

  await workbench.reload();
  await workbench.verdict.waitForText(/At 70 %: answer differs: metal → /, LONG);
  await workbench.expectNoErrors();
});

test("runs on the CPU where WebGPU is absent or runs in software, and says why", async ({ workbench }) => {
  // A machine's own GPU may serve Firefox elsewhere.
  test.skip(process.platform !== "linux" || process.env.PIVOTSCOPE_GPU === "real", "only where WebGPU is in software");
  await workbench.open(FEW_SAMPLES, "");
  await workbench.chip.waitForText(/ · CPU/, LONG);
  const absent = /^Runs on the CPU: .*(has no WebGPU|no graphics adapter|in software)/;
  await workbench.page.getByText(absent).waitForCount(1);
});

test("takes own pictures, chosen and dropped", async ({ workbench }) => {
  await workbench.open(FOUND);
  await workbench.settled();
  await workbench.input.getByLabel(WORDS.ownPicture).chooseFiles(scenePicture);
  await workbench.input.getByRole("img", { name: /scene\.png/ }).waitForCount(1);
  await workbench.ask("What is at the bottom left?");
  await workbench.tokens.containing(/Answer/).waitForText("Answer", LONG);
  await workbench.verdict.waitForText("At 30 %", LONG);

  await drop(workbench, "dropped.png", readFileSync(scenePicture).toString("base64"));
  await workbench.input.getByRole("img", { name: /dropped\.png/ }).waitForCount(1);
  await workbench.verdict.waitForText("At 30 %", LONG);

  await drop(workbench, "broken.png", Buffer.from("no picture").toString("base64"));
  await workbench.input.getByRole("alert").waitForText("broken.png");
  await workbench.expectNoErrors();
});

/** Drops a file on the picture, as the browser does when a file of another window is let go there. */
async function drop({ input }: EngineWorkbench, name: string, base64: string): Promise<void> {
  const drops = (found: HTMLElement[], name: string, base64: string) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name, { type: "image/png" }));
    for (const type of ["dragover", "drop"]) {
      found[0]?.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
    }
  };
  await input.getByRole("img", { name: /Asked about/ }).ask(drops, name, base64);
}
