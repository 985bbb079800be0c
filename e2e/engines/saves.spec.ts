/** Pictures and reports that other engines write: read and painted there, and looked at here. */
import { writeFile } from "node:fs/promises";
import { expect, type TestInfo } from "@playwright/test";
import { WORDS } from "../words.ts";
import { test } from "./open-engine.ts";
import { type EngineWorkbench, LONG } from "./workbench.ts";

interface Saved {
  readonly type: string;
  /** Base64. */
  readonly bytes: string;
}

/** Keeps what the page hands to its downloads: drivers do not say where those lie. */
const KEEP = `void (() => {
  globalThis.savedFiles = [];
  const plain = URL.createObjectURL;
  URL.createObjectURL = (file) => {
    savedFiles.push(file);
    return plain.call(URL, file);
  };
})()`;

const LAST = `new Promise((resolve, reject) => {
  const reader = new FileReader();
  const file = savedFiles.at(-1);
  reader.onload = () => resolve({ type: file.type, bytes: reader.result.replace(/^[^,]*,/, "") });
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(file);
})`;

/** What a press has saved. */
async function saved({ driver }: EngineWorkbench, press: () => Promise<void>): Promise<Saved> {
  const before = (await driver.evaluate("savedFiles.length")) as number;
  await press();
  await expect.poll(() => driver.evaluate("savedFiles.length"), LONG).toBe(before + 1);
  return (await driver.evaluate(LAST)) as Saved;
}

async function chart(workbench: EngineWorkbench, name: string, format: RegExp): Promise<Buffer> {
  await workbench.region(name).getByRole("button", { name: "save" }).click();
  const menu = workbench.page.getByRole("group", { name: `Save ${name} as` });
  const file = await saved(workbench, () => menu.getByRole("button", { name: format }).click());
  return Buffer.from(file.bytes, "base64");
}

async function kept(info: TestInfo, name: string, bytes: Buffer): Promise<void> {
  await writeFile(info.outputPath(name), bytes);
}

test("saves charts as pictures and the page as a report", async ({ workbench }, info) => {
  await workbench.open("samples=2&ratio=40");
  await workbench.settled();
  await workbench.driver.evaluate(KEEP);
  for (const name of ["Retention by layer", WORDS.reasoning, "Neuron field"]) {
    const svg = (await chart(workbench, name, /^SVG/)).toString();
    await kept(info, `${name}.svg`, Buffer.from(svg));
    const [, width = "", height = ""] = / width="([\d.]+)" height="([\d.]+)"/.exec(svg) ?? [];
    expect(svg).toMatch(/>Scenes 3M · µCRASP · 40\.0\s%</);
    expect(svg.replaceAll(/data:[^"]*/g, "")).not.toMatch(/NaN|undefined|Infinity/);
    const png = await chart(workbench, name, /^PNG/);
    await kept(info, `${name}.png`, png);
    expect(png.subarray(1, 4).toString()).toBe("PNG");
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([width, height].map((side) => 2 * Number(side)));
  }
  await workbench.button("More").click();
  const item = workbench.page.getByRole("button", { name: "Save report (HTML)" });
  const report = await saved(workbench, () => item.click());
  const html = Buffer.from(report.bytes, "base64").toString();
  await kept(info, "report.html", Buffer.from(html));
  expect(html.match(/<svg /g)?.length).toBeGreaterThan(4);
  // The light theme's colours and the page's face are inside.
  expect(html).toMatch(/--surface: #fff/);
  expect(html).toContain("data:font/woff2;base64,");
  await workbench.expectNoErrors();
});
