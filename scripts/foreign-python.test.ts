import { expect, it } from "vitest";
import { findPython, missingForForeign, type PythonSearch } from "./foreign-python.ts";

const machine = (versions: Record<string, string>, environment: PythonSearch["environment"] = {}): PythonSearch => ({
  environment,
  ask: (program) => versions[program] ?? null,
  compiles: (program) => program in versions,
});

it("takes the first Python that is new enough", () => {
  expect(findPython(machine({ python3: "3.12.1", python: "3.11.0" }))).toEqual({
    program: "python3",
    version: "3.12.1",
  });
  expect(findPython(machine({ python3: "3.9.2", python: "3.11.0" }))).toEqual({ program: "python", version: "3.11.0" });
});

it("finds none among those that are too old, of another major version, or lack a part", () => {
  expect(findPython(machine({ python3: "3.10.14", python: "2.7.18" }))).toBeNull();
  expect(findPython(machine({ python3: "4.0.0" }))).toBeNull();
  expect(findPython(machine({}))).toBeNull();
});

it("takes the one that is named, and no other in its place", () => {
  const named = { PIVOTSCOPE_PYTHON: "/opt/python" };
  expect(findPython(machine({ "/opt/python": "3.13.0", python3: "3.12.1" }, named))?.program).toBe("/opt/python");
  expect(findPython(machine({ python3: "3.12.1" }, named))).toBeNull();
});

it("says what is lacking: Python, or a compiler", () => {
  const python = { python3: "3.12.1" };
  expect(missingForForeign(machine({}))).toContain("no Python 3.11 or newer");
  expect(missingForForeign(machine(python))).toContain("no C++ compiler");
  expect(missingForForeign(machine({ ...python, "clang++": "" }))).toBeNull();
  expect(missingForForeign(machine({ ...python, "g++": "" }, { CXX: "/opt/c++" }))).toContain("no C++ compiler");
  expect(missingForForeign(machine({ ...python, "/opt/c++": "" }, { CXX: "/opt/c++" }))).toBeNull();
});
