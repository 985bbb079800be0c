// @module-tag attack
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { PivotscopeError } from "../../core/errors.ts";
import { parseModelAddress } from "./address.ts";
import { DEFAULT_HUB } from "./default-hub.ts";

const hub = (repository: string, revision: string | null = null, hubUrl: string | null = null) => ({
  kind: "hub",
  name: revision === null ? repository : `${repository}@${revision}`,
  repository,
  revision,
  hubUrl,
});

/** A folder inside of it. */
const inFolder = (source: ReturnType<typeof hub>, folder: string) => ({
  ...source,
  name: source.name.replace(source.repository, `${source.repository}/${folder}`),
  folder,
});

/** Named by an address, so that no other hub is meant. */
const usual = (repository: string, revision: string | null = null) => hub(repository, revision, DEFAULT_HUB);

describe("parseModelAddress", () => {
  test.each([
    ["HuggingFaceTB/SmolVLM-256M-Instruct", hub("HuggingFaceTB/SmolVLM-256M-Instruct")],
    ["  owner/name \n", hub("owner/name")],
    ["owner/name@v1.0", hub("owner/name", "v1.0")],
    ["owner/name@refs/pr/3", hub("owner/name", "refs/pr/3")],
    ["https://huggingface.co/owner/name", usual("owner/name")],
    ["https://huggingface.co/owner/name/", usual("owner/name")],
    ["https://huggingface.co/owner/name/tree/main", usual("owner/name", "main")],
    ["https://huggingface.co/owner/name/tree/refs%2Fpr%2F3", usual("owner/name", "refs/pr/3")],
    ["https://huggingface.co/owner/name/tree/main/onnx", inFolder(usual("owner/name", "main"), "onnx")],
    ["https://huggingface.co/owner/name/tree/main/", usual("owner/name", "main")],
    ["https://huggingface.co/owner/name/tree/refs/pr/3/a/b", inFolder(usual("owner/name", "refs/pr/3"), "a/b")],
    [
      "https://huggingface.co/owner/name/blob/main/run/c-500/config.json",
      inFolder(usual("owner/name", "main"), "run/c-500"),
    ],
    ["https://huggingface.co/owner/name/commit/abc", usual("owner/name", "abc")],
    ["http://localhost:4190/owner/name/tree/v2/c", inFolder(hub("owner/name", "v2", "http://localhost:4190"), "c")],
    ["owner/name/checkpoint-500", inFolder(hub("owner/name"), "checkpoint-500")],
    ["owner/name/a/b@v1", inFolder(hub("owner/name", "v1"), "a/b")],
    ["owner/name/", hub("owner/name")],
    ["owner/name.git", hub("owner/name")],
    ["https://huggingface.co/owner/name.git", usual("owner/name")],
    ["git clone https://huggingface.co/owner/name.git", usual("owner/name")],
    ['"owner/name"', hub("owner/name")],
    ["\u201cowner/name\u201d", hub("owner/name")],
    ["`owner/name`,", hub("owner/name")],
    ["<https://huggingface.co/owner/name>", usual("owner/name")],
    ["\u200bowner/\u200dname\ufeff", hub("owner/name")],
    ["\u202ahttps://huggingface.co/owner/name\u202c", usual("owner/name")],
    ["https://huggingface.co/owner/name/blob/main/config.json", usual("owner/name", "main")],
    ["https://huggingface.co/owner/name/resolve/abc/model.safetensors?download=true", usual("owner/name", "abc")],
    ["huggingface.co/owner/name", usual("owner/name")],
    ["hf.co/owner/name", usual("owner/name")],
    ["https://hf-mirror.example/owner/name", hub("owner/name", null, "https://hf-mirror.example")],
    ["http://localhost:4190/owner/name/tree/v2", hub("owner/name", "v2", "http://localhost:4190")],
    ["https://a.org/models/smol/", { kind: "address", name: "smol", url: "https://a.org/models/smol" }],
    ["https://a.org/a/b/c", { kind: "address", name: "c", url: "https://a.org/a/b/c" }],
    ["https://a.org/smol", { kind: "address", name: "smol", url: "https://a.org/smol" }],
    ["https://a.org/smol/config.json", { kind: "address", name: "smol", url: "https://a.org/smol" }],
    ["https://a.org/", { kind: "address", name: "a.org", url: "https://a.org" }],
    ["https://a.org/a/b/tree/", { kind: "address", name: "tree", url: "https://a.org/a/b/tree" }],
    ["https://a.org/my%20models/x/", { kind: "address", name: "x", url: "https://a.org/my%20models/x" }],
  ])("reads %j", (text, expected) => {
    expect(parseModelAddress(text)).toEqual(expected);
  });

  test.each([
    ["", "No model was named"],
    ["gpt2", "lacks an owner"],
    ["a/b/../c", 'names ".." as a folder'],
    ["a/b//c", 'names "" as a folder'],
    ["https://huggingface.co/a/b/tree/main/%2e%2e%2fc", 'names "../c" as a folder'],
    ["\u200b\u200b", "No model was named"],
    ["''", "No model was named"],
    ["owner/na me", "letters, digits"],
    ["owner/..", "letters, digits"],
    ["owner/name@", 'names "" as its revision'],
    ["owner/name@a..b", "as its revision"],
    ["https://huggingface.co/datasets/owner/name", "one of the hub's datasets"],
    ["https://huggingface.co/spaces/owner/name", "one of the hub's spaces"],
    ["https://huggingface.co/owner", "does not name a model"],
    ["https://huggingface.co/owner/name/settings/x", "does not name a model"],
    ["ftp://a.org/x", 'begins with "ftp:"'],
    ["javascript:alert(1)", 'begins with "javascript:"'],
    ["C:\\models\\smol", 'begins with "c:"'],
    ["https://", "is not a complete address"],
    ["https://me:secret@a.org/x/", "carries a name or password"],
    ["https://huggingface.co/owner/%E0%A4%A", "percent sign"],
  ])("refuses %j and says what is accepted", (text, message) => {
    let error: unknown = null;
    try {
      parseModelAddress(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(PivotscopeError);
    expect(error).toMatchObject({
      code: "bad-input",
      message: expect.stringContaining(message),
      hint: expect.stringContaining("HuggingFaceTB/SmolVLM-256M-Instruct"),
    });
    expect(String(error)).not.toContain("secret");
  });

  const part = fc.stringMatching(/^[A-Za-z0-9]([A-Za-z0-9._]{0,20}[A-Za-z0-9])?$/).filter((text) => {
    return !text.includes("..") && !/\.(json|safetensors|jinja|txt|md)$/i.test(text);
  });
  const owner = part.filter((text) => text !== "datasets" && text !== "spaces");
  const revision = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/).filter((text) => text !== "refs");

  test("finds repository and revision however they are written", () => {
    fc.assert(
      fc.property(owner, part, revision, (owner, name, revision) => {
        const repository = `${owner}/${name}`;
        const expected = hub(repository, revision);
        expect(parseModelAddress(`${repository}@${revision}`)).toEqual(expected);
        const address = `https://huggingface.co/${repository}/tree/${revision}`;
        expect(parseModelAddress(address)).toEqual(usual(repository, revision));
        const elsewhere = parseModelAddress(`https://hub.example:8443/${repository}/tree/${revision}`);
        expect(elsewhere).toEqual(hub(repository, revision, "https://hub.example:8443"));
        // What it names can be typed again.
        expect(parseModelAddress(parseModelAddress(`${repository}@${revision}`).name)).toEqual(expected);
      }),
    );
  });

  test("takes any text or refuses it as bad input, and hands on http addresses only", () => {
    const words = fc.constantFrom(
      "https://",
      "http://",
      "huggingface.co/",
      "/",
      "@",
      "%",
      "..",
      "a",
      "tree/",
      "?",
      "#",
      " ",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.webUrl(),
      fc.array(words).map((list) => list.join("")),
    );
    fc.assert(
      fc.property(text, (text) => {
        try {
          const source = parseModelAddress(text);
          if (source.kind === "address") {
            expect(source.url).toMatch(/^https?:\/\/[^/]/);
            // What links carry.
            expect(parseModelAddress(`${source.url}/`)).toEqual(source);
          } else {
            expect(source.repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
            expect(source.hubUrl ?? "https://huggingface.co").toMatch(/^https?:\/\/[^/]+$/);
            expect(source.repository.split("/")).not.toContain("..");
          }
          expect(source.name).not.toBe("");
        } catch (error) {
          if (!(error instanceof PivotscopeError)) throw error;
          expect(error.code).toBe("bad-input");
        }
      }),
      { numRuns: 2000 },
    );
  });
});
