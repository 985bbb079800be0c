// @module-tag attack
import { expect, it } from "vitest";
import { printable } from "./printable.ts";

it.each([
  ["plain", "plain ½ é 模型 👍", "plain ½ é 模型 👍"],
  ["lines and tabs", "a\n\tb", "a\n\tb"],
  ["an escape", "\u001B]0;title\u0007\u001B[2J", "\\x1B]0;title\\x07\\x1B[2J"],
  ["a carriage return that hides a line", "bad\rgood", "bad\\x0Dgood"],
  ["an eight-bit control", "\u009B2J\u007F", "\\x9B2J\\x7F"],
  ["a reversed direction", "file\u202Egpj.exe\u2069", "file\\u202Egpj.exe\\u2069"],
])("writes out %s", (_, text, shown) => {
  expect(printable(text)).toBe(shown);
});
