/** What engines lay out each in their own way: fields that grow with their text, and words side by side on a phone. */
import { expect } from "@playwright/test";
import { test } from "./open-engine.ts";

const LONG =
  "How many things that are round stand on the left of the large red metal ball, and which is the smallest? ";

test("the field for own samples' question is as high as its text", async ({ workbench }) => {
  await workbench.open();
  // What stands above the button has come by then.
  await workbench.settled();
  await workbench.page.getByRole("button", { name: "Own samples" }).click();
  const field = workbench.page.getByRole("textbox", { name: "Question for new pictures" });
  await field.fill(LONG);
  const found =
    "[...document.querySelectorAll('dialog[open] textarea')].filter(({ value }) => value.startsWith('How'))";
  const heights = () =>
    workbench.driver.evaluate(`${found}.map((f) => [f.scrollHeight - f.clientHeight, f.clientHeight])`);
  await expect.poll(heights).toEqual([[0, expect.any(Number)]]);
  const [[, height]] = (await heights()) as [[number, number]];
  expect(height).toBeGreaterThan(40);
});

test("the ranges of the KL colours do not touch on a phone", async ({ workbench }) => {
  await workbench.driver.resize(390, 844);
  await workbench.open();
  await workbench.settled();
  const ranges = "[...document.querySelectorAll('[aria-label^=\"Colour scale of KL\"] li > span:nth-of-type(1)')]";
  // Of the words themselves, not of the boxes that they stand in.
  const sides = `${ranges}.map((word) => {
    const range = document.createRange();
    range.selectNodeContents(word);
    const { left, right } = range.getBoundingClientRect();
    return { left, right };
  })`;
  const boxes = (await workbench.driver.evaluate(sides)) as { left: number; right: number }[];
  expect(boxes).toHaveLength(6);
  // Two spaces' worth.
  for (const [place, { right }] of boxes.slice(0, -1).entries()) {
    expect((boxes[place + 1]?.left ?? 0) - right).toBeGreaterThan(6);
  }
});
