import { describe, expect, it } from "vitest";
import { onDemand, type Server } from "./on-demand.ts";

/** A server that answers as it stands, and a browser that remembers which module it could not fetch. */
function createWorld() {
  const world = { online: true, status: 200, failed: false, imports: 0, probes: [] as string[] };
  const server: Server = {
    url: "https://page.example/assets/index.js",
    async fetch(url, { method, cache }) {
      world.probes.push(`${method} ${url} ${cache}`);
      if (!world.online) throw new TypeError("Failed to fetch");
      return { status: world.status };
    },
  };
  const load = onDemand(async () => {
    world.imports += 1;
    world.failed ||= !world.online;
    if (world.failed) throw new TypeError("Failed to fetch dynamically imported module: https://page.example/a.js");
    return "the part";
  }, server);
  return { world, load };
}

describe("a part that comes on demand", () => {
  it("is loaded once the network is back, in a browser that remembers failed imports", async () => {
    const { world, load } = createWorld();
    world.online = false;
    await expect(load()).rejects.toMatchObject({
      code: "network",
      message: "A part of this page could not be fetched: its server does not answer.",
    });
    expect(world.imports).toBe(0);
    world.online = true;
    expect(await load()).toBe("the part");
    expect(world.probes).toEqual(Array(2).fill("HEAD https://page.example/assets/index.js no-store"));
  });

  it("is loaded and asked for once, however many want it", async () => {
    const { world, load } = createWorld();
    expect(await Promise.all([load(), load()])).toEqual(["the part", "the part"]);
    world.online = false;
    expect(await load()).toBe("the part");
    expect([world.imports, world.probes.length]).toEqual([1, 1]);
  });

  it("is said to be gone where the server has another version of the page", async () => {
    const { world, load } = createWorld();
    world.status = 404;
    await expect(load()).rejects.toMatchObject({
      code: "other-page",
      hint: expect.stringContaining("Reload the page"),
    });
    expect(world.imports).toBe(0);
  });

  it.each([
    [503, "network"],
    [405, null],
    [501, null],
    [410, "other-page"],
  ])("a server that answers the question with %i", async (status, code) => {
    const { world, load } = createWorld();
    world.status = status;
    if (code === null) expect(await load()).toBe("the part");
    else await expect(load()).rejects.toMatchObject({ code });
  });

  it("is said to be gone where the server answers, but not with the part", async () => {
    const { world, load } = createWorld();
    world.failed = true;
    await expect(load()).rejects.toMatchObject({ code: "other-page", cause: expect.any(TypeError) });
  });

  it("asks no server in Node", async () => {
    const fetch = () => Promise.reject(new Error("asked"));
    expect(await onDemand(async () => 7, { url: "file:///page/index.js", fetch })()).toBe(7);
  });
});
