/**
 * What the built page may load and who may frame it: a Content-Security-Policy, as a header where the project serves the
 * page and as a meta tag for hosts that send none. It is the second wall: the page puts no text of others into markup.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

/** Origins that may show the page in a frame, with spaces between them, for builds that are meant to be embedded. */
export const EMBEDDERS = (process.env.PIVOTSCOPE_EMBEDDERS ?? "").split(/\s+/).filter(Boolean);

const INDEX = join(import.meta.dirname, "..", "index.html");

/** Sources of the inline styles of a page's text, in the policy's form. */
function styleHashes(html: string): readonly string[] {
  return [...html.matchAll(/<style>([\s\S]*?)<\/style>/g)].map(
    ([, text = ""]) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`,
  );
}

/**
 * The policy of a page with this text. People open models of any https address, and of servers on their own machine; the
 * page asks before it fetches from one that a link names.
 */
export function contentSecurityPolicy(html: string): string {
  return [
    "default-src 'none'",
    // onnxruntime compiles WebAssembly.
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self'",
    ["style-src 'self'", ...styleHashes(html)].join(" "),
    // Pictures that are opened or drawn, and the page's icon.
    "img-src 'self' blob: data:",
    "font-src 'self'",
    "connect-src 'self' blob: https: http://localhost:* http://127.0.0.1:*",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

/** Headers that the project's own servers send with the built page. */
export function securityHeaders(): Record<string, string> {
  const ancestors = EMBEDDERS.length === 0 ? "'none'" : EMBEDDERS.join(" ");
  return {
    "Content-Security-Policy": `${contentSecurityPolicy(readFileSync(INDEX, "utf8"))}; frame-ancestors ${ancestors}`,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
}

/** Puts the policy, and who may frame the page, into the built page's head, before anything that it rules. */
export function pageSecurity(): Plugin {
  return {
    name: "page-security",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler: (html) => [
        {
          tag: "meta",
          attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy(html) },
          injectTo: "head-prepend",
        },
        { tag: "meta", attrs: { name: "embedders", content: EMBEDDERS.join(" ") }, injectTo: "head" },
      ],
    },
  };
}
