// @module-tag attack
import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { looksLikeZip, readZip, writeZip, type ZipEntry } from "./zip-file.ts";

const LIMITS = { entries: 4, bytes: 1000 };
const DATE = new Date(Date.UTC(2026, 0, 1));

const zipped = async (entries: readonly ZipEntry[]) =>
  new Uint8Array(await new Response(writeZip(entries, DATE)).arrayBuffer());
const read = (bytes: Uint8Array) => readZip(bytes, "a.zip", LIMITS);
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
const bytesOf = (content: string) => new TextEncoder().encode(content);

describe("a zip file", () => {
  it("gives back what was written, of texts, bytes and blobs", async () => {
    const bytes = await zipped([
      { name: "a.json", content: '{"µ":1}' },
      { name: "folder/b.bin", content: Uint8Array.of(0, 255, 7) },
      { name: "c", content: new Blob(["see"]) },
    ]);
    expect(looksLikeZip(bytes)).toBe(true);
    const found = read(bytes);
    expect([...found.keys()]).toEqual(["a.json", "folder/b.bin", "c"]);
    expect(text(found.get("a.json"))).toBe('{"µ":1}');
    expect([...(found.get("folder/b.bin") ?? [])]).toEqual([0, 255, 7]);
    expect(text(found.get("c"))).toBe("see");
  });

  it("is read when another program has packed it anew, with folders and compression", () => {
    const packed = zipSync({ folder: { "a.json": bytesOf("a".repeat(900)) } }, { level: 9 });
    expect(packed.length).toBeLessThan(400);
    expect(text(read(packed).get("folder/a.json"))).toBe("a".repeat(900));
  });

  it.each([
    ["unpacks to more than is supported", { a: bytesOf("0".repeat(100_000)) }, /unpacks to 100 kB or more; up to/],
    ["unpacks to more in all its entries", { a: new Uint8Array(900), b: new Uint8Array(900) }, /unpacks to 2 kB/],
    [
      "has too many entries",
      Object.fromEntries([..."abcde"].map((name) => [name, bytesOf("1")])),
      /more than 4 entries/,
    ],
    ["leads out of the folder", { "../a": bytesOf("1") }, /"\.\.\/a", which is no plain path/],
    ["names a place of the disk", { "/etc/passwd": bytesOf("1") }, /no plain path/],
    ["names a drive", { "C:\\a": bytesOf("1") }, /no plain path/],
    ["hides a folder", { "a/../../b": bytesOf("1") }, /no plain path/],
  ])("that %s is refused", (_, entries, message) => {
    expect(() => read(zipSync(entries))).toThrow(message);
  });

  it("that claims less than it unpacks to gives no more than it claims", () => {
    const packed = zipSync({ a: bytesOf("0".repeat(100_000)) });
    const view = new DataView(packed.buffer);
    const directory = view.getUint32(packed.length - 6, true);
    view.setUint32(directory + 24, 10, true);
    let length = 0;
    try {
      length = read(packed).get("a")?.length ?? 0;
    } catch (error) {
      expect(error).toMatchObject({ code: "bad-input" });
    }
    expect(length).toBeLessThanOrEqual(10);
  });

  it("that names what objects have by themselves is refused", async () => {
    const odd = await zipped([{ name: "__proto__", content: "1" }]);
    expect(() => read(odd)).toThrow(/no plain path/);
  });

  it("with two entries of one name is refused", async () => {
    const twice = await zipped([
      { name: "a", content: "1" },
      { name: "a", content: "2" },
    ]);
    expect(() => read(twice)).toThrow(/two entries with the name "a"/);
  });

  it("that is cut off anywhere is refused", async () => {
    const whole = await zipped([{ name: "a.json", content: "a".repeat(100) }]);
    for (let length = 0; length < whole.length; length++) {
      expect(() => read(whole.slice(0, length)), `${length} bytes`).toThrow(/a\.zip is no whole zip file/);
    }
  });
});
