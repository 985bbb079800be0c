// @module-tag attack
/** A result is written whole or not at all, and never over what a command reads. */
import { type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, readdir, readFile, readlink, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../testing/shared.ts";
import { openDestination } from "./destination.ts";
import { readText } from "./files.ts";
import { runCaptured } from "./testing/run-captured.ts";
import { useTemporaryFolder } from "./testing/temporary-folder.ts";

const model = join(projectRoot, "public", "models", "scenes");
const context = {
  write: () => undefined,
  writeError: () => undefined,
  showProgress: false,
  debug: false,
  signal: new AbortController().signal,
};

/** Runs a line of the shell in the project's folder; `$CLI` is the program. */
async function shell(line: string, during?: (kill: (signal: NodeJS.Signals) => void) => void) {
  const options: SpawnOptions = { cwd: projectRoot, stdio: ["ignore", "pipe", "pipe"] };
  const CLI = `${process.execPath} --import tsx src/cli/main.ts`;
  const child = spawn("sh", ["-c", line.replaceAll("$CLI", CLI)], options);
  let errors = "";
  child.stderr?.on("data", (data: Buffer) => {
    errors += String(data);
  });
  during?.((signal) => child.kill(signal));
  const [code] = (await once(child, "close")) as [number];
  return { code, errors };
}

describe("a destination", () => {
  const folder = useTemporaryFolder();

  it("keeps what was there when the new text breaks off, and leaves nothing beside it", async () => {
    const path = await folder.write("kept.json", "old");
    const destination = await openDestination(path, context);
    const broken = (function* () {
      yield "half of the";
      throw new Error("broken off");
    })();
    await expect(destination.write(broken)).rejects.toThrow(/kept\.json could not be written: broken off/);
    expect(await readFile(path, "utf8")).toBe("old");
    await destination.write(["new ", "text"]);
    expect(await readFile(path, "utf8")).toBe("new text");
    expect((await readdir(folder.path(""))).filter((name) => name.includes("kept"))).toEqual(["kept.json"]);
  });

  it("keeps rights, and a link as a link", async () => {
    const path = await folder.write("private.json", "old");
    await chmod(path, 0o600);
    await symlink(path, folder.path("link.json"));
    await (await openDestination(folder.path("link.json"), context)).write("new");
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readlink(folder.path("link.json"))).toBe(path);
  });

  it("refuses a folder, a folder that is not there, a file that is read, and a place in a checkpoint's folder", async () => {
    const input = await folder.write("input.json", "{}");
    await mkdir(folder.path("checkpoint"));
    await symlink(input, folder.path("same.json"));
    const asked = { inputs: [undefined, "hub:owner/name", input, folder.path("checkpoint")] };
    const refused = (name: string) => openDestination(folder.path(name), context, asked);
    await expect(refused("checkpoint")).rejects.toThrow(/--out .*checkpoint is a folder/);
    await expect(refused("nowhere/a.json")).rejects.toThrow(/the folder .*nowhere does not exist/);
    await expect(refused("input.json")).rejects.toThrow(/input\.json is the file, which this command reads/);
    await expect(refused("same.json")).rejects.toThrow(/same\.json is the file/);
    await expect(refused("checkpoint/model.safetensors")).rejects.toThrow(/lies in the folder .*checkpoint/);
    await expect(refused("input.json/a.json")).rejects.toThrow(/does not exist|is a file, not a folder/);
    await expect(refused("checkpoint.json")).resolves.toBeDefined();
  });

  it("is refused by the command before it reads the model", async () => {
    const statistics = await folder.write("statistics.json", "{}");
    const args = ["plan", "--model", "/nowhere", "--statistics", statistics, "--ratio", "0.3", "--out", statistics];
    expect((await runCaptured(args)).errors).toMatch(/is the file, which this command reads/);
    const inModel = ["plan", "--model", model, "--statistics", statistics, "--ratio", "0.3"];
    const { errors } = await runCaptured([...inModel, "--out", join(model, "plan.json")]);
    expect(errors).toMatch(/lies in the folder/);
  });
});

describe.skipIf(process.platform === "win32")("the program as a process", () => {
  const folder = useTemporaryFolder();
  const list = (out: string, count = 300) => `scenes --count ${count} --seed 1 --out ${out}`;

  it("keeps the file that was there when the disk is full, and says so without a stack", async () => {
    const path = await folder.write("full.json", "old");
    // A limit on the size of files stands in for a disk without space: writing breaks off in the middle as well.
    const { code, errors } = await shell(`trap '' XFSZ; ulimit -f 64; exec $CLI ${list(path)}`);
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/full\.json could not be written: .*\n/),
    });
    expect(errors).not.toMatch(/\n\s+at /);
    expect(await readFile(path, "utf8")).toBe("old");
    const out = folder.path("scenes");
    expect((await shell(`trap '' XFSZ; ulimit -f 64; exec $CLI ${list(out)}`)).code).toBe(1);
    expect(await readdir(out)).toEqual([]);
  });

  it.skipIf(process.platform !== "linux")("says that standard output or a device is full", async () => {
    const { code, errors } = await shell("$CLI scenes --help > /dev/full");
    expect({ code, errors }).toEqual({
      code: 1,
      errors: expect.stringMatching(/^Standard output .*no space left\.\n.*\n$/),
    });
    const device = await openDestination("/dev/full", context);
    await expect(device.write("text")).rejects.toThrow(/\/dev\/full could not be written: there is no space left/);
  });

  it("refuses at once what no disk holds", async () => {
    for (const out of ["many", "many.json"]) {
      const { code, errors } = await runCaptured(list(folder.path(out), 1e15).split(" "));
      expect({ code, errors }).toEqual({ code: 1, errors: expect.stringMatching(/would take at least .* left/) });
    }
  });

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)("ends on %s without a half-written result", async (signal) => {
    const out = folder.path(signal);
    await mkdir(out);
    await writeFile(join(out, "data.json"), "old");
    const { code } = await shell(`exec $CLI ${list(out, 200_000)}`, async (kill) => {
      while (!(await readdir(out)).includes("scenes.jsonl.part")) await new Promise(setImmediate);
      kill(signal);
    });
    expect(code).toBe(128 + { SIGTERM: 15, SIGHUP: 1, SIGINT: 2 }[signal]);
    expect(await readdir(out)).toEqual(["data.json"]);
  });
});

describe("a file that is no text", () => {
  const folder = useTemporaryFolder();

  it.each([
    ["empty", new Uint8Array(), /empty\.json is empty/],
    ["latin-1", Uint8Array.of(0x7b, 0xe9, 0x7d), /latin-1\.json is not UTF-8 text/],
  ])("is named: %s", async (name, bytes, message) => {
    const path = await folder.write(`${name}.json`, bytes);
    await expect(readText(path)).rejects.toThrow(message);
  });

  it("is named when no text can be so long", async () => {
    const path = await folder.write("huge.json", "");
    await truncate(path, 600e6);
    await expect(readText(path)).rejects.toThrow(/huge\.json has 600 MB; texts of at most 536 MB/);
  });
});
