import { expect, it } from "vitest";
import { nearest, plotBox, valueY } from "./box.ts";
import { linearScale } from "./scale.ts";

const box = plotBox(200, 120, { left: 40, right: 10, top: 10, bottom: 10 });

it("puts values between the bottom and the top of the plot", () => {
  expect([box.left, box.right, box.top, box.bottom]).toEqual([40, 190, 10, 110]);
  const scale = linearScale(0, 10);
  expect([0, 5, 10, 99].map((value) => valueY(box, scale, value))).toEqual([110, 60, 10, 10]);
});

it("finds the nearest mark, on either side and beyond the ends", () => {
  expect([-50, 14, 16, 99].map((x) => nearest([10, 20, 30], x))).toEqual([0, 0, 1, 2]);
  expect(nearest([], 5)).toBeNull();
});
