/** Playwright's `test`, where a page that the Content-Security-Policy had to stop fails its test. */
import { test as plain } from "@playwright/test";

export const test = plain.extend<{ readonly withoutViolations: undefined }>({
  withoutViolations: [
    async ({ context }, use) => {
      const violations: string[] = [];
      context.on("console", (message) => {
        const text = message.text();
        // Who may frame the page is a test of its own.
        if (text.includes("Content Security Policy") && !text.includes("frame-ancestors")) violations.push(text);
      });
      await use(undefined);
      plain.expect(violations).toEqual([]);
    },
    { auto: true },
  ],
});
