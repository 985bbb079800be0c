/** The browser's half: run.ts opens this page once for each engine, `?engine=ours` and `?engine=theirs`. */
const ours = new URLSearchParams(location.search).get("engine") === "ours";
const engine = ours ? (await import("./ours.ts")).createOurs() : (await import("./theirs.ts")).createTheirs();

Object.assign(globalThis, { benchEngine: engine });

export {};
