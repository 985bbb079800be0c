/** Compare anything with anything: pinned sides stand still, and the live one follows whatever is chosen. */
import type { ComparedSide } from "../../charts/sides/data.ts";
import { SidesTable } from "../../charts/sides/SidesTable.tsx";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { AddSide } from "./AddSide.tsx";
import { PinButton } from "./PinButton.tsx";
import styles from "./SidesPanel.module.css";
import { useSides } from "./use-sides.ts";

export function SidesPanel() {
  const { pinned, now } = useSides();
  const sides = now ? [...pinned, now] : pinned;
  return (
    <div className={styles.sides}>
      <div className={texts.row}>
        <PinButton />
        <AddSide />
      </div>
      {pinned.length === 0 ? (
        <p className={texts.empty}>
          Pin what is shown, then change method, ratio, picture, question or model: both stand here beside each other.
        </p>
      ) : (
        <SidesTable headingLevel={3} sides={sides} actions={(side) => <SideActions side={side} />} />
      )}
    </div>
  );
}

function SideActions({ side }: { readonly side: ComparedSide }) {
  const { pins } = useActions();
  const id = Number(side.id);
  const again = useSelect(({ pins }) =>
    pins.pins.some((pin) => pin.id === id && (pin.status === "failed" || pin.status === "cancelled")),
  );
  if (side.live) return null;
  return (
    <span className={texts.row}>
      {again && (
        <button type="button" className={controls.button} onClick={() => pins.retry(id)}>
          Measure again
        </button>
      )}
      <button
        type="button"
        className={controls.button}
        aria-label={`Unpin ${side.name}`}
        onClick={() => pins.unpin(id)}
      >
        Unpin
      </button>
    </span>
  );
}
