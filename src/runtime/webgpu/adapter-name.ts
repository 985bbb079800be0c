/** What people call a graphics adapter. */

/**
 * The driver's own description, for example "NVIDIA H200"; where it gives none, what else is told. Empty where nothing is:
 * browsers hide names.
 */
export function adapterName(info: Partial<Pick<GPUAdapterInfo, "vendor" | "architecture" | "device" | "description">>) {
  const { vendor = "", architecture = "", device = "", description = "" } = info;
  return description || device || [vendor, architecture].filter((part) => part !== "").join(" ");
}
