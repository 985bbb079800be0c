import { expect, it } from "vitest";
import { removeUnwritten } from "./remove-unwritten.ts";

it("removes the empty file that choosing it has made, and none with something in it", async () => {
  const removed: number[] = [];
  const fileOf = (size: number) =>
    ({
      getFile: async () => ({ size }),
      remove: async () => void removed.push(size),
    }) as unknown as FileSystemFileHandle;
  await removeUnwritten(fileOf(0));
  await removeUnwritten(fileOf(7));
  expect(removed).toEqual([0]);
});

it("leaves it where a browser cannot remove single files, or does not allow it", async () => {
  const file = { getFile: async () => ({ size: 0 }) } as unknown as FileSystemFileHandle;
  await expect(removeUnwritten(file)).resolves.toBeUndefined();
  await expect(
    removeUnwritten(Object.assign(file, { remove: () => Promise.reject(new Error("no")) })),
  ).resolves.toBeUndefined();
});
