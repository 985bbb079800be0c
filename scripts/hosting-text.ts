/** The README's section on hosting as a file of the built page, which has no other way to show it to whoever serves it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const README = join(import.meta.dirname, "..", "README.md");

/** What stands under "Hosting" in a README. @throws Error where there is no such section. */
export function hostingSection(readme: string): string {
  const section = /^## Hosting\n[\s\S]*?(?=^## |$(?![\s\S]))/m.exec(readme)?.[0];
  if (!section) throw new Error('README.md has no section "## Hosting", which the built page carries.');
  return `${section.trim()}\n`;
}

export function hostingText(): Plugin {
  return {
    name: "hosting-text",
    apply: "build",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "hosting.txt", source: hostingSection(readFileSync(README, "utf8")) });
    },
  };
}
