import { expect, it } from "vitest";
import { fetchShared } from "./shared-browser.ts";

it("gives null for a file that is not there", async () => {
  expect(await fetchShared("no-such-folder/no-such-file.json")).toBeNull();
});

it("gives a file that is there, whole", async (context) => {
  const response = await fetchShared("oracles/idefics3-a/config.json");
  if (!response) return context.skip("../shared/oracles is absent");
  expect(await response.json()).toMatchObject({ model_type: "idefics3" });
});

it("gives binary files byte for byte", async (context) => {
  const response = await fetchShared("oracles/idefics3-a/model.safetensors");
  if (!response) return context.skip("../shared/oracles is absent");
  const bytes = await response.arrayBuffer();
  const headerLength = Number(new DataView(bytes).getBigUint64(0, true));
  const header: unknown = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 8, headerLength)));
  const ends = Object.values(header as Record<string, { data_offsets?: [number, number] }>).map(
    (tensor) => tensor.data_offsets?.[1] ?? 0,
  );
  expect(bytes.byteLength).toBe(8 + headerLength + Math.max(...ends));
});
