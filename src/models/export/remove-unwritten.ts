/** Removes a chosen file again that nothing was written to: browsers make an empty one when somebody chooses it. */
export async function removeUnwritten(file: FileSystemFileHandle): Promise<void> {
  const { remove } = file as FileSystemFileHandle & { remove?: () => Promise<void> };
  try {
    if (remove && (await file.getFile()).size === 0) await remove.call(file);
  } catch {
    // Where a browser no longer allows it, or is still about to give up what was written, the file stays, and is empty.
  }
}
