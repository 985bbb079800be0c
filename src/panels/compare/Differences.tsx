/** What differs between sides: layers and KL of all, words and units of one pinned side and the live one. */
import { useMemo, useState } from "react";
import { CompareTraces, type TraceColumn } from "../../charts/compare/CompareTraces.tsx";
import { KlOverlay } from "../../charts/kl/KlOverlay.tsx";
import { LOOKS } from "../../charts/plot/looks.ts";
import { type ComparedSide, contextOfSides, staleOf } from "../../charts/sides/data.ts";
import { FieldDifference } from "../../charts/sides/FieldDifference.tsx";
import { LayerSharesChart } from "../../charts/sides/LayerSharesChart.tsx";
import { alignTexts } from "../../core/alignment.ts";
import { sameModel } from "../../core/provenance.ts";
import { sameLayout } from "../../state/slices/pins/side.ts";
import texts from "../shared/text.module.css";
import styles from "./SidesPanel.module.css";

export interface DifferencesProps {
  readonly pinned: readonly ComparedSide[];
  /** The pinned side that words and units are shown against. */
  readonly against: ComparedSide;
  readonly now: ComparedSide | null;
}

export function Differences({ pinned, against, now }: DifferencesProps) {
  const sides = useMemo(() => (now ? [...pinned, now] : pinned), [pinned, now]);
  // One place for all charts of layers: what is pointed at in one is marked in the others.
  const [at, point] = useState<number | null>(null);
  const oneLayout = now !== null && sides.every(({ layout }) => sameLayout(layout, now.layout));
  // The same place in the layers of two models is not the same unit.
  const sameUnits = now !== null && sameModel(against.of, now.of) && sameLayout(against.layout, now.layout);
  return (
    <div className={styles.charts}>
      {now && <Words pinned={against} now={now} />}
      <SidesKl sides={sides} />
      <LayerSharesChart headingLevel={3} sides={sides} at={at} onPoint={point} />
      {now && sameUnits && (
        <FieldDifference
          headingLevel={3}
          pinned={against}
          now={now}
          at={oneLayout ? at : null}
          onPoint={oneLayout ? point : ignore}
        />
      )}
      {now && !sameUnits && (
        <p className={texts.note}>
          {against.of.model.label} and {now.of.model.label} are different models: the field compares the units of one.
        </p>
      )}
    </div>
  );
}

/** Layers of several models have other places in the field than in the strips. */
const ignore = () => {};

export interface PairProps {
  readonly pinned: ComparedSide;
  readonly now: ComparedSide;
}

function Words({ pinned, now }: PairProps) {
  const [left, right] = [pinned.result?.words ?? null, now.result?.words ?? null];
  const segments = useMemo(
    () => (left === null || right === null ? null : alignTexts(left, right).segments),
    [left, right],
  );
  return (
    <CompareTraces
      context={contextOfSides([pinned, now])}
      staleRatio={staleOf([now])}
      headingLevel={3}
      title="Words compared"
      meanwhile="What each side says; differences are marked once both have written their own words."
      left={column(pinned)}
      right={column(now)}
      segments={segments}
    />
  );
}

function column({ role, detail, result }: ComparedSide): TraceColumn {
  const words = result?.words ?? null;
  return {
    name: role,
    detail,
    text: words ?? "",
    tokens: result?.tokens ?? 0,
    status: words === null ? "waiting" : result?.cut ? "cut" : "finished",
  };
}

function SidesKl({ sides }: { readonly sides: readonly ComparedSide[] }) {
  const series = useMemo(
    () =>
      sides.map(({ id, short, result }, place) => ({
        id,
        label: short,
        look: LOOKS[place] ?? 0,
        values: result?.kl ?? [],
      })),
    [sides],
  );
  return (
    <KlOverlay
      series={series}
      model=""
      ratio={0}
      headingLevel={3}
      staleRatio={staleOf(sides)}
      about={{
        title: "KL compared",
        sentence:
          "How far each side moves the predictions of its own dense model, token by token (KL divergence, in nats), on one axis; further right is worse.",
        context: contextOfSides(sides),
      }}
    />
  );
}
