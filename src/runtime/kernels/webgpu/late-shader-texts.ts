/** Texts of the shaders that come on demand, put into the bundle. Without a bundler `shader-texts-node.ts` stands for it. */
const PREFIX = "../../../../shaders/";

const FILES: Readonly<Record<string, string>> = import.meta.glob("../../../../shaders/gather-lines.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

export const SHADER_TEXTS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(FILES).map(([path, text]) => [path.slice(PREFIX.length), text]),
);
