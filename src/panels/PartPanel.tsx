/** A panel or dialog that is fetched when it is first shown. */
import type { ComponentType, ReactNode } from "react";
import { PartMissing } from "./PartMissing.tsx";
import controls from "./shared/controls.module.css";
import { type PartStore, usePart } from "./use-part.ts";

export type PanelStore = PartStore<{ readonly default: ComponentType }>;

export interface PartPanelProps {
  readonly store: PanelStore;
  /** What is shown, for messages: "Curves". */
  readonly name: string;
  /** Stands there until it has come. */
  readonly waiting?: ReactNode;
  /** Puts away what cannot be shown; without, there is no button for it. */
  readonly onClose?: () => void;
}

export function PartPanel({ store, name, waiting = null, onClose }: PartPanelProps) {
  const { found, failure } = usePart(store);
  if (found) return <found.default />;
  if (!failure) return waiting;
  return (
    <PartMissing name={name} failure={failure} onRetry={store.request}>
      {onClose && (
        <button type="button" className={controls.button} onClick={onClose}>
          Close
        </button>
      )}
    </PartMissing>
  );
}
