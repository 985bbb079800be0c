/**
 * Texts of the repository as files of the built page, which has no other way to show them: the README's section on hosting
 * to whoever serves it, the method and the licence to whoever reads its help.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const ROOT = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

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
      this.emitFile({ type: "asset", fileName: "hosting.txt", source: hostingSection(read("README.md")) });
      this.emitFile({ type: "asset", fileName: "method.txt", source: read("docs/method.md") });
      this.emitFile({ type: "asset", fileName: "licence.txt", source: read("LICENSE") });
    },
  };
}
