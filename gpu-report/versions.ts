/** What a report says it was made with. A test holds it to package.json, which a bundle does not have. */
import { DAWN_PACKAGE } from "../src/runtime/dawn-node.ts";

export const VERSION = "0.1.0";
export const ONNXRUNTIME = "onnxruntime-web 1.30.0";
export const DAWN = `Dawn (npm ${DAWN_PACKAGE.replace("@", " ")})`;
export const WGPU = "wgpu (Deno's own)";
