import { describe, expect, it } from "vitest";
import { describeOptions, parseOptions, UsageError, usageLine } from "./options.ts";

const table = {
  model: { type: "text", value: "DIR", explanation: "Checkpoint folder.", required: true },
  ratio: { type: "number", value: "SHARE", explanation: "How much.", required: true },
  limit: { type: "number", value: "N", explanation: "How many." },
  set: { type: "list", value: "NAME=VALUE", explanation: "Change a parameter." },
  force: { type: "flag", explanation: "Do it anyway." },
} as const;

const complaint = (...args: string[]): string => {
  try {
    parseOptions(table, args);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "";
};

describe("options of a command", () => {
  it("are parsed into the types that the table declares", () => {
    expect(parseOptions(table, ["--model", "a b", "--ratio=0.4", "--set", "x=1", "--set", "y=2", "--force"])).toEqual({
      model: "a b",
      ratio: 0.4,
      limit: undefined,
      set: ["x=1", "y=2"],
      force: true,
    });
    expect(parseOptions(table, ["--model", "m", "--ratio", "0"])).toMatchObject({ ratio: 0, set: [], force: false });
  });

  it("give way to --help, even where required ones are absent", () => {
    expect(parseOptions(table, ["--help"])).toBeNull();
    expect(parseOptions(table, ["--model", "m", "-h"])).toBeNull();
  });

  it.each([
    [["--model", "m"], "An option is missing: --ratio SHARE."],
    [[], "Options are missing: --model DIR, --ratio SHARE."],
    [["--model", "m", "--ratio", "half"], '--ratio takes a number; found "half".'],
    [["--model", "m", "--ratio", ""], '--ratio takes a number; found "".'],
    [["--modle", "m"], "Unknown option '--modle'."],
    [["--model"], "Option '--model <value>' argument missing."],
    [["--force=yes"], "Option '--force' does not take an argument."],
    [["model"], "Unexpected argument 'model'."],
    [["--ratio", "-1"], /^Option '--ratio' argument is ambiguous.*--ratio=-XYZ/],
  ])("%j are refused in one sentence", (args, message) => {
    if (typeof message === "string") expect(complaint(...args)).toBe(message);
    else expect(complaint(...args)).toMatch(message);
  });

  it("describe themselves in a line and in a column", () => {
    expect(usageLine("prune", table)).toBe("prune --model DIR --ratio SHARE [--limit N] [--set NAME=VALUE]… [--force]");
    expect(describeOptions({ model: table.model })).toBe(
      "  --model DIR  Checkpoint folder.\n  --help       Show this text.",
    );
  });
});
