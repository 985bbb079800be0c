import { Template } from "@huggingface/jinja";
import { describe, expect, it } from "vitest";
import { compileTemplate } from "./bounded-template.ts";

const MESSAGES = [
  { role: "user", content: [{ type: "image" }, { type: "text", text: "What is <this>?" }] },
  { role: "assistant", content: [{ type: "text", text: "A cat." }] },
];
const VARIABLES = { messages: MESSAGES, add_generation_prompt: true, bos_token: "<s>" };

describe("compileTemplate", () => {
  it.each([
    "{{ bos_token }}{% for message in messages %}{{ message['role'] | capitalize }}: {{ loop.index }}\n{% endfor %}",
    "{% for m in messages %}\n  {% for p in m.content %}\n    {{ p | tojson }}\n  {% endfor %}\n{% endfor %}",
    "{% macro twice(x) %}{{ x ~ x }}{% endmacro %}{{ twice(messages[1].content[0].text) | upper }}",
    "{% set ns = namespace(n=0) %}{% for i in range(3, 9, 2) %}{% set ns.n = ns.n + i %}{% endfor %}{{ ns.n }}",
    "{% for i in range(4) %}{{ i }}{% endfor %}{% for i in range(3, 0, -1) %}{{ i }}{% endfor %}",
    "{{ True }} {{ none is none }} {{ strftime_now('%Y') }} {{ nothing is defined }} {{ range is defined }}",
    "{%- if not add_generation_prompt -%} a {%- elif messages | length > 1 -%} b {%- endif -%}",
  ])("writes what the library writes: %s", (text) => {
    expect(compileTemplate(text)(VARIABLES)).toBe(new Template(text).render(VARIABLES));
  });

  const LIST = "{% set a = [1, 2] %}";
  it.each([
    [
      "a loop over a billion numbers",
      "{% for i in range(10**9) %}{% endfor %}{% for i in range(1000000000) %}x{% endfor %}",
    ],
    ["loops in loops", `${"{% for i in range(999) %}".repeat(6)}x${"{% endfor %}".repeat(6)}`],
    ["a macro that calls itself", "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}"],
    [
      "a macro that calls itself twice",
      "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
    ],
    ["a text that doubles", `{% set s = 'x' %}${"{% set s = s ~ s %}".repeat(60)}{{ s }}`],
    ["a list that doubles", `${LIST}${"{% set a = a + a %}".repeat(60)}{{ a }}`],
    ["a list of itself twice", `${LIST}${"{% set a = [a, a] %}".repeat(60)}{{ a | tojson }}`],
    ["an object of itself twice", `${LIST}${"{% set a = {'l': a, 'r': a} %}".repeat(60)}{{ a | tojson }}`],
    ["an indent of a billion", "{{ 'a\nb' | indent(1000000000) }}"],
    ["a json indent of a billion", "{{ [1, [2]] | tojson(indent=1000000000) }}"],
    [
      "a text in place of every letter",
      `{% set s = 'x' %}${"{% set s = s ~ s %}".repeat(16)}{{ s | replace('x', s) }}`,
    ],
    ["deep brackets", `{{ ${"(".repeat(50_000)}1${")".repeat(50_000)} }}`],
    ["nothing to close", "{% for x in y %}"],
    ["a very long text", "x".repeat(1_000_001)],
  ])("gives up on %s", (_, text) => {
    expect(() => compileTemplate(text)({ messages: MESSAGES })).toThrow(Error);
  });

  it("says why it gave up", () => {
    const render = (text: string) => compileTemplate(text)({});
    expect(() => render("{% for i in range(200000) %}{% endfor %}")).toThrow("counts beyond 100000");
    expect(() => render("{{ range(-90000, 90000) | length }}")).toThrow("range() of 180000 entries; at most 100000");
    expect(() => render("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}")).toThrow(
      "more than 250000 steps",
    );
    expect(() => render("{{ raise_exception('roles must alternate') }}")).toThrow("roles must alternate");
    expect(() => render("{% for i in range(1, 2, 0) %}{% endfor %}")).toThrow("no step 0");
  });
});
