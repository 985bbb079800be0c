import { expect, it } from "vitest";
import { checkWords, powerText } from "./check-words.ts";

it("writes small numbers as powers of ten", () => {
  expect([2.1e-6, 1e-12, 0, 3, Number.POSITIVE_INFINITY].map(powerText)).toEqual([
    "2·10⁻⁶",
    "1·10⁻¹²",
    "0",
    "3",
    "not finite",
  ]);
});

it("says what was compared, and where tokens begin to differ", () => {
  const check = { positions: 41, logits: 2e-6, kl: 1e-9, tokens: 41, differsAt: null };
  expect(checkWords(check)).toBe(
    "Checked on this picture: largest difference of a logit 2·10⁻⁶, largest KL 1·10⁻⁹ nats, at 41 positions; " +
      "41 tokens written, all equal.",
  );
  expect(checkWords({ ...check, differsAt: 4 })).toContain("41 tokens written, different from token 5 on.");
});
