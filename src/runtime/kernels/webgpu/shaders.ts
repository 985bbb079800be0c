/**
 * The text of every shader, by the name of its kernel. `#shader-texts` (`imports` in `package.json`) is what a bundler put
 * in, or in plain Node the files themselves.
 */
import { SHADER_TEXTS } from "#shader-texts";
import { invariant } from "../../../core/errors.ts";
import { shaderName } from "../shader-name.ts";

/** Shader of `kernel`; a missing one is a mistake in our own code. */
export function shaderOf(kernel: string): string {
  const name = `${shaderName(kernel)}.wgsl`;
  const text = SHADER_TEXTS[name];
  invariant(text, `There is no shaders/${name} for the kernel ${kernel}.`);
  return text;
}
