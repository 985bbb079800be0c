/** The page as one file: its charts are drawn once more, unseen, on light ground and at one width, and read off. */
import type { ComponentType } from "react";
import { flushSync } from "react-dom";
import { createRoot } from "react-dom/client";
import frame from "../../charts/frame/ChartFrame.module.css";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { type FramedChart, framedCharts } from "../../charts/frame/framed-charts.ts";
import { cellText } from "../../charts/frame/table.ts";
import { writeSvg } from "../../charts/picture/write-svg.ts";
import { download } from "../../charts/save/download.ts";
import { fileName } from "../../charts/save/file-name.ts";
import { chartScene } from "../../charts/save/save-chart.ts";
import { whoseLine } from "../../charts/save/whose-line.ts";
import { formatDate } from "../../core/format-date.ts";
import { onDemand } from "../../core/on-demand.ts";
import { VERSION } from "../../core/version.ts";
import type { WorkbenchState } from "../../state/shape.ts";
import type { ExperimentName } from "../../state/slices/experiments/experiments-state.ts";
import type { Workbench } from "../../state/store.ts";
import { openModelLabel } from "../plan-context.ts";
import { WorkbenchContext } from "../use-workbench.ts";
import { embeddedFace } from "./embedded-face.ts";
import { lightTokens } from "./light-tokens.ts";
import styles from "./Report.module.css";
import { type Group, ReportCharts } from "./ReportCharts.tsx";
import type { Report, ReportBlock, ReportSection, ReportTable } from "./report.ts";
import { constantsSection, subjectSection, traceBlocks, verdictSection } from "./report-facts.ts";
import { pictureBlock } from "./report-picture.ts";
import { writeReport } from "./write-report.ts";

/** Largest table that stands in it: of more a reader has the chart, and the CSV. */
const [MOST_ROWS, MOST_COLUMNS] = [150, 8];

/** Around a drawing, CSS pixels: the page has its own. */
const MARGIN = 2;

const EXPERIMENTS: Readonly<Record<ExperimentName, () => Promise<{ readonly default: ComponentType }>>> = {
  methods: onDemand(() => import("../experiments/MethodsTab.tsx")),
  curves: onDemand(() => import("../experiments/CurvesTab.tsx")),
  ablations: onDemand(() => import("../experiments/AblationsTab.tsx")),
  windows: onDemand(() => import("../experiments/WindowsTab.tsx")),
};
const loadPlaces = onDemand(() => import("../experiments/PlacesTab.tsx"));
const loadLayers = onDemand(() => import("../experiments/LayersTab.tsx"));
const loadSpeed = onDemand(() => import("../experiments/SpeedTab.tsx"));

/** Makes the report of what the page shows now, and hands it to the browser's download. */
export async function saveReport(workbench: Workbench): Promise<void> {
  const state = workbench.store.getState();
  const panels = await Promise.all(experimentPanels(state).map((load) => load()));
  const charts = await drawnCharts(
    workbench,
    panels.map(({ default: Panel }) => Panel),
  );
  const report = reportOf(state, charts);
  const of = state.pruning.of ?? state.reasoning.of;
  const context = of ? contextOf(of) : { model: openModelLabel(state), method: "", ratio: 0, ratioText: "" };
  const name = fileName({ ...context, ratio: context.ratioText ?? context.ratio, title: "report" }, "html");
  download(name, writeReport(report, { tokens: lightTokens(), face: await embeddedFace() }), "text/html;charset=utf-8");
}

/** Of the experiments that have results of their own. */
function experimentPanels({ experiments: { runs }, layers, speed }: WorkbenchState) {
  const measured = (name: ExperimentName) =>
    runs[name].result?.cells.some(({ records }) => records.length > 0) ?? false;
  const names = (Object.keys(EXPERIMENTS) as ExperimentName[]).filter(measured);
  return [
    ...names.map((name) => EXPERIMENTS[name]),
    ...(measured("methods") || measured("curves") ? [loadPlaces] : []),
    ...(layers.views ? [loadLayers] : []),
    ...(speed.series ? [loadSpeed] : []),
  ];
}

type Drawn = ReadonlyMap<Group, readonly ReportBlock[]>;

async function drawnCharts(workbench: Workbench, experiments: readonly ComponentType[]): Promise<Drawn> {
  const host = document.createElement("div");
  host.className = styles.host ?? "";
  host.inert = true;
  host.setAttribute("aria-hidden", "true");
  for (const [name, value] of lightTokens()) host.style.setProperty(name, value);
  document.body.append(host);
  const root = createRoot(host, { identifierPrefix: "report-" });
  try {
    flushSync(() =>
      root.render(
        <WorkbenchContext value={workbench}>
          <ReportCharts experiments={experiments} />
        </WorkbenchContext>,
      ),
    );
    // Widths are measured and canvases painted by then.
    for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
    const drawn = new Map<Group, ReportBlock[]>();
    let count = 0;
    for (const section of host.querySelectorAll<HTMLElement>(`.${frame.chart}`)) {
      const group = section.closest<HTMLElement>("[data-group]")?.dataset.group as Group | undefined;
      const framed = framedCharts.get(section);
      if (!group || !framed) continue;
      count += 1;
      drawn.set(group, [...(drawn.get(group) ?? []), chartBlock(framed, section, `chart-${count}-`)]);
    }
    return drawn;
  } finally {
    root.unmount();
    host.remove();
  }
}

function chartBlock(framed: FramedChart, section: HTMLElement, idPrefix: string): ReportBlock {
  const { columns, rowCount } = framed.table();
  const fits = columns.length <= MOST_COLUMNS && rowCount <= MOST_ROWS;
  if (framed.isTable && fits) return { kind: "table", table: tableBlock(framed) };
  const svg = writeSvg(chartScene(framed.chart, section, MARGIN), { idPrefix, inline: true });
  return { kind: "drawing", svg, numbers: fits ? tableBlock(framed) : null };
}

function tableBlock({ chart: { title, sentence, context }, table }: FramedChart): ReportTable {
  const { columns, rowCount, row } = table();
  const rows = Array.from({ length: rowCount }, (_, index) => {
    const cells = row(index);
    return columns.map((column, place) => cellText(cells[place], column));
  });
  return { caption: title, notes: [whoseLine(context), sentence].filter((note) => note !== ""), columns, rows };
}

function reportOf(state: WorkbenchState, charts: Drawn): Report {
  const { reasoning, pruning, input } = state;
  const of = pruning.of ?? reasoning.of;
  const question = reasoning.of?.input.question ?? input.question;
  const picture = pictureBlock(state);
  const group = (
    name: Group,
    title: string,
    before: readonly ReportBlock[] = [],
    onNewPage = false,
  ): ReportSection[] => {
    const blocks = [...before, ...(charts.get(name) ?? [])];
    return blocks.length === 0 ? [] : [{ title, whose: null, onNewPage, blocks }];
  };
  const asked: ReportSection = {
    title: "Picture and question",
    whose: null,
    blocks: [{ kind: "text", strong: true, text: question }, ...(picture ? [picture] : [])],
  };
  const present = (section: ReportSection | null) => (section ? [section] : []);
  return {
    title: "What pruning does to a line of reasoning",
    subtitle: of ? whoseLine(contextOf(of)) : openModelLabel(state),
    made: `Made on ${formatDate(Date.now())} by Pivotscope ${VERSION}. Numbers are of the model, method and ratio that stand at each of them.`,
    sections: [
      asked,
      ...present(verdictSection(state)),
      ...present(subjectSection(state)),
      ...group("reasoning", "Reasoning", traceBlocks(state), true),
      ...group("moved", "How far predictions moved"),
      ...group("gone", "What goes", [], true),
      ...group("curve", "Other ratios"),
      ...group("compared", "Compared", [], true),
      ...group("experiments", "Experiments", [], true),
      ...present(constantsSection(state)),
    ],
  };
}
