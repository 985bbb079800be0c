/** What can be known of a GPU without making a device. Every way in which there is none has its message and next step. */
import { PivotscopeError } from "../../core/errors.ts";
import { softwareRenderer } from "./software-adapter.ts";

export interface AdapterFacts {
  /** Bytes of the largest buffer that a graph or kernel can bind. */
  readonly largestBuffer: number;
  /** Whether it computes in half precision (`shader-f16`). */
  readonly float16: boolean;
  /** What renders in software, as `softwareRenderer` names it; null for graphics hardware. */
  readonly software: string | null;
  /** What is told of it; absent where that is not asked. */
  readonly name?: string;
}

const BROWSERS =
  "Use Chrome or Edge 113 or newer, Safari 26 or newer, or Firefox 141 or newer; the page works on the CPU meanwhile.";

export function noWebGpu(message: string, hint: string, options?: ErrorOptions): PivotscopeError {
  return new PivotscopeError("no-webgpu", message, hint, options);
}

/** The page's own. Throws `no-webgpu` when the page is no secure context, or the browser has no WebGPU. */
function browserGpu(): GPU {
  if (globalThis.isSecureContext === false) {
    throw noWebGpu(
      "WebGPU is off because this page is not a secure context.",
      "Open the page over https or on localhost.",
    );
  }
  if (!("gpu" in navigator) || !navigator.gpu) throw noWebGpu("This browser has no WebGPU.", BROWSERS);
  return navigator.gpu;
}

/**
 * An adapter of `gpu`, the browser's where absent.
 * Throws `no-webgpu` when the page is no secure context, the browser has no WebGPU, or no adapter is found.
 */
export async function requestAdapter(gpu?: GPU): Promise<GPUAdapter> {
  const adapter = await (gpu ?? browserGpu()).requestAdapter({ powerPreference: "high-performance" });
  if (adapter) return adapter;
  throw noWebGpu(
    "WebGPU found no graphics adapter.",
    gpu
      ? "Install the graphics card's driver; on Linux that is a Vulkan driver."
      : "Turn on hardware acceleration in the browser's settings, and see chrome://gpu for what blocks it.",
  );
}

/** Looks at the adapter that a device would be made on. Throws what `requestAdapter` throws. */
export async function probeAdapter(gpu?: GPU): Promise<AdapterFacts> {
  const adapter = await requestAdapter(gpu);
  const { limits, features, info } = adapter;
  return {
    largestBuffer: Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize),
    float16: features.has("shader-f16"),
    software: softwareRenderer(adapter),
    name: [info.vendor, info.architecture, info.device, info.description].join(" "),
  };
}
