/** Tells adapters that compute on the CPU (SwiftShader, llvmpipe, WARP) from graphics hardware. Pure. */

/**
 * What a GPUAdapter says of itself. Chrome and Edge before 127 have no `info`; browsers before `info.isFallbackAdapter` told
 * it on the adapter itself, and some never did.
 */
export interface AdapterDescription {
  readonly isFallbackAdapter?: boolean;
  readonly info?: Partial<
    Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description" | "isFallbackAdapter">
  >;
}

/** Renderers by the words that they are known by. Not all of them say that they are a fallback. */
const RENDERERS: readonly (readonly [words: RegExp, name: string])[] = [
  [/swiftshader/i, "SwiftShader"],
  [/llvmpipe|lavapipe/i, "llvmpipe"],
  [/softpipe/i, "softpipe"],
  [/basic render|\bwarp\b/i, "Microsoft Basic Render Driver"],
];

/**
 * The name of the renderer where the adapter computes in software, "no graphics hardware" where it says so without a name
 * that is known, and null for hardware.
 */
export function softwareRenderer({ isFallbackAdapter, info = {} }: AdapterDescription): string | null {
  const { vendor = "", architecture = "", device = "", description = "" } = info;
  const words = [vendor, architecture, device, description].join(" ");
  const known = RENDERERS.find(([pattern]) => pattern.test(words));
  if (known) return known[1];
  return info.isFallbackAdapter || isFallbackAdapter ? "no graphics hardware" : null;
}
