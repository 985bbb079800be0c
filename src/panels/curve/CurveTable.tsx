/** The numbers of this picture's curve. */
import { useLayoutEffect, useRef } from "react";
import { CurveDrawing } from "../../charts/curve/CurveDrawing.tsx";
import type { CurveRow } from "../../charts/curve/curve-shape.ts";
import { answerSentence, curveTable } from "../../charts/curve/curve-words.ts";
import { ChartFrame } from "../../charts/frame/ChartFrame.tsx";
import { contextOf } from "../../charts/frame/chart-context.ts";
import { DataTable } from "../../charts/frame/DataTable.tsx";
import { MAXIMUM_RATIO } from "../../state/slices/pruning/pruning.ts";
import controls from "../shared/controls.module.css";
import dialogs from "../shared/dialog.module.css";
import { useSelect } from "../use-workbench.ts";

const TITLE = "This picture's curve";

export interface CurveTableProps {
  readonly rows: readonly CurveRow[];
  readonly onClose: () => void;
}

export function CurveTable({ rows, onClose }: CurveTableProps) {
  const of = useSelect((state) => state.curve.points[0]?.of ?? null);
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    return () => current?.close();
  }, []);
  const table = () => curveTable(rows);
  if (!of) return null;
  return (
    <dialog ref={dialog} className={dialogs.dialog} aria-label={TITLE} onClose={onClose}>
      <ChartFrame
        title={TITLE}
        sentence={`What pruning does to this reasoning, ratio by ratio: ${answerSentence(rows)}.`}
        context={{ ...contextOf(of), ratioText: `${rows.length} ratios` }}
        table={table}
        isTable
      >
        <CurveDrawing rows={rows} maximum={MAXIMUM_RATIO * 100} />
        <DataTable caption={TITLE} table={table()} />
      </ChartFrame>
      <button type="button" className={controls.button} onClick={onClose}>
        Close
      </button>
    </dialog>
  );
}
