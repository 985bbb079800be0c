/** The text of every shader, by the name of its kernel. */
import { invariant } from "../../../core/errors.ts";
import { shaderName } from "../shader-name.ts";

const TEXTS: Readonly<Record<string, string>> = import.meta.glob("../../../../shaders/*.wgsl", {
  query: "?raw",
  import: "default",
  eager: true,
});

/** Shader of `kernel`; a missing one is a mistake in our own code. */
export function shaderOf(kernel: string): string {
  const text = TEXTS[`../../../../shaders/${shaderName(kernel)}.wgsl`];
  invariant(text, `There is no shaders/${shaderName(kernel)}.wgsl for the kernel ${kernel}.`);
  return text;
}
