/** What a model would take of the device's memory by the size of its pictures, counted while somebody reads the rest. */
import { useEffect, useState } from "react";
import { formatBytes } from "../../core/format-bytes.ts";
import type { MemoryNeeds } from "../../engine/contract.ts";
import { type Failure, failureOf } from "../../state/failure.ts";
import type { RunOptions } from "../../state/slices/model/model-opening-steps.ts";
import texts from "../shared/text.module.css";
import { useActions } from "../use-workbench.ts";
import styles from "./MemoryTable.module.css";

type Counted = { readonly needs: MemoryNeeds } | { readonly failure: Failure } | null;

export function MemoryTable({ options }: { readonly options: RunOptions }) {
  const { opening } = useActions();
  const [counted, setCounted] = useState<Counted>(null);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const show = (next: Counted) => !signal.aborted && setCounted(next);
    setCounted(null);
    opening.countMemory(options, signal).then(
      (needs) => show({ needs }),
      (error: unknown) => show({ failure: failureOf(error) }),
    );
    return () => controller.abort();
  }, [opening, options]);
  return (
    <section aria-label="Memory it takes" aria-live="polite">
      <p className={texts.note}>{wordsOf(counted)}</p>
      {counted && "needs" in counted && <Sizes needs={counted.needs} />}
    </section>
  );
}

function wordsOf(counted: Counted): string {
  if (counted === null) return "Counting the memory that it would take … You need not wait for it.";
  if ("needs" in counted) return counted.needs.reason;
  return `The memory that it would take cannot be counted: ${counted.failure.message}`;
}

function Sizes({ needs: { pictures } }: { readonly needs: MemoryNeeds }) {
  return (
    <table className={styles.table} aria-label="Memory at the worst moment, weights included">
      <thead>
        <tr>
          {["Picture", "Writing", "Measuring", "Calibrating", "Fits"].map((title) => (
            <th key={title} scope="col">
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {pictures.map(({ tokens, writing, measuring, calibrating, fits, fitsWriting }) => (
          <tr key={tokens}>
            <th scope="row">{tokens === null ? "any" : `${tokens.toLocaleString("en-US")} tokens`}</th>
            <td>{formatBytes(writing)}</td>
            <td>{formatBytes(measuring)}</td>
            <td>{formatBytes(calibrating)}</td>
            <td>{fits ? "yes" : fitsWriting ? "writing only" : "no"}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
