/** Whether a failed call failed because the device is gone. */

/** How long a device that answers no more is given to say that it is lost, in milliseconds. */
const PATIENCE = 5000;

/** Maps four bytes: the cheapest that only a living device does. Never rejects. */
async function answers(device: GPUDevice): Promise<boolean> {
  try {
    device.pushErrorScope("validation");
    const buffer = device.createBuffer({
      label: "sign of life",
      size: 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    // What the scope catches is told by the mapping too.
    device.popErrorScope().catch(() => undefined);
    await buffer.mapAsync(GPUMapMode.READ);
    buffer.destroy();
    return true;
  } catch {
    return false;
  }
}

/**
 * The reason why `device` is lost, or null where it is not. Asked after a failure: Dawn says that a device is lost before
 * calls on it fail, wgpu lets them fail first and says why some milliseconds later.
 *
 * @param lost what `device.lost` comes to, as text.
 */
export async function lossBehindFailure(
  device: GPUDevice,
  lost: Promise<string>,
  patience = PATIENCE,
): Promise<string | null> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const living = answers(device).then((alive) =>
    alive ? null : new Promise<null>((done) => (timer = setTimeout(done, patience, null))),
  );
  try {
    return await Promise.race([lost, living]);
  } finally {
    clearTimeout(timer);
  }
}
