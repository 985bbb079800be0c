import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { hostingSection } from "./hosting-text.ts";
import { ISOLATION } from "./isolation.ts";

it("takes the section on hosting, and nothing of the next", () => {
  expect(hostingSection("# A\n\n## Hosting\n\nSend\n\n### Headers\n\nx\n\n## Next\n\ny\n")).toBe(
    "## Hosting\n\nSend\n\n### Headers\n\nx\n",
  );
  expect(hostingSection("## Hosting\n\nSend\n")).toBe("## Hosting\n\nSend\n");
  expect(() => hostingSection("## Else\n")).toThrow("no section");
});

it("names every header of isolation, in letters that need no encoding", () => {
  const section = hostingSection(readFileSync("README.md", "utf8"));
  for (const [name, value] of Object.entries(ISOLATION)) expect(section).toContain(`${name}: ${value}`);
  expect(section).toMatch(/^[\x20-\x7e\n]*$/);
});
