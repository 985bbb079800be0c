// @module-tag attack
import { describe, expect, it } from "vitest";
import type { Report, ReportBlock } from "./report.ts";
import { writeReport } from "./write-report.ts";

const LOOK = { tokens: new Map([["--text", "canvastext"]]), face: "" };
const EVIL = `</style></svg>"><script>alert('1')</script><img src=x onerror="alert(2)">`;

function report(blocks: readonly ReportBlock[], parts: Partial<Report> = {}): Report {
  const sections = [{ title: "Verdict", whose: "tiny · µCRASP · 38.0 %", blocks }];
  return { title: "T", subtitle: "tiny", made: "Made by hand", sections, ...parts };
}

const table = { caption: "C", notes: ["n"], columns: [{ label: "KL", kind: "number" }], rows: [["0.1"]] } as const;

describe("a report", () => {
  it("puts foreign text nowhere but into text", () => {
    const evilTable = {
      caption: EVIL,
      notes: [EVIL],
      columns: [{ label: EVIL, kind: "text" }],
      rows: [[EVIL]],
    } as const;
    const pieces = [{ text: EVIL, differs: true }];
    const html = writeReport(
      report(
        [
          { kind: "facts", rows: [[EVIL, EVIL]] },
          { kind: "text", text: EVIL },
          { kind: "picture", href: `data:${EVIL}`, name: EVIL, width: 10 },
          { kind: "table", table: evilTable },
          { kind: "drawing", svg: "<svg></svg>", numbers: evilTable },
          { kind: "traces", traces: { names: [EVIL, EVIL], rows: [[pieces, pieces]] } },
        ],
        { title: EVIL, subtitle: EVIL, made: EVIL, sections: [{ title: EVIL, whose: EVIL, blocks: [] }] },
      ),
      { tokens: new Map([["--text", EVIL]]), face: EVIL },
    );
    expect(html).not.toMatch(/<script|<img src=x/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
    const all = writeReport(
      report([
        { kind: "text", text: EVIL },
        { kind: "table", table: evilTable },
      ]),
      LOOK,
    );
    expect(all).not.toMatch(/<script|<img/);
    expect(all).toContain("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
  });

  it("needs nothing from anywhere, and forbids it", () => {
    const html = writeReport(report([{ kind: "table", table }]), LOOK);
    expect(html).toContain(`content="default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/https?:|<link|<script|@import/);
    expect(html).toContain(":root { --text: canvastext; }");
  });

  it("says whose its numbers are, beside them", () => {
    const html = writeReport(report([{ kind: "table", table }]), LOOK);
    expect(html).toContain('<p class="whose">tiny · µCRASP · 38.0 %</p>');
    expect(html).toContain("<caption>C<small>n</small></caption>");
    expect(html).toContain('<th scope="col" class="number">KL</th>');
    expect(html).toContain('<td class="number">0.1</td>');
  });

  it("marks what differs, without the space around it", () => {
    const same = { text: "The cube is", differs: false };
    const rows = [
      [
        [same, { text: " red ", differs: true }],
        [same, { text: "\n", differs: true }],
      ],
    ] as const;
    const html = writeReport(report([{ kind: "traces", traces: { names: ["Dense", "Pruned"], rows } }]), LOOK);
    expect(html).toContain("<td>The cube is <mark>red</mark> </td><td>The cube is\n</td>");
  });

  it("folds the numbers behind a drawing", () => {
    const html = writeReport(report([{ kind: "drawing", svg: "<svg></svg>", numbers: table }]), LOOK);
    expect(html).toContain("<figure><svg></svg><details><summary>The numbers</summary>");
    expect(html).not.toContain("<small>n</small>");
  });
});
