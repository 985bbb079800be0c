/** Compare anything with anything: pinned sides stand still, and the live one follows whatever is chosen. */
import type { ComparedSide } from "../../charts/sides/data.ts";
import { SidesTable } from "../../charts/sides/SidesTable.tsx";
import { pinAgainst, type WantedPin } from "../../state/slices/pins/pins-state.ts";
import { methodLabel } from "../../state/slices/pruning/method.ts";
import controls from "../shared/controls.module.css";
import texts from "../shared/text.module.css";
import { useActions, useSelect } from "../use-workbench.ts";
import { AddSide } from "./AddSide.tsx";
import { Differences } from "./Differences.tsx";
import { PinButton } from "./PinButton.tsx";
import styles from "./SidesPanel.module.css";
import { useSides } from "./use-sides.ts";

export function SidesPanel() {
  const { pinned, now } = useSides();
  const sides = now ? [...pinned, now] : pinned;
  const chosen = useSelect(({ pins }) => pinAgainst(pins)?.id ?? null);
  const against = pinned.find(({ id }) => Number(id) === chosen) ?? null;
  const waiting = useSelect(({ pins }) => pins.wanted.map(wantedWords).join(" "));
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
        <>
          <SidesTable headingLevel={3} sides={sides} actions={(side) => <SideActions side={side} />} />
          {pinned.length > 1 && <Against pinned={pinned} chosen={against} />}
          {against && <Differences pinned={pinned} against={against} now={now} />}
        </>
      )}
      {waiting !== "" && <p className={texts.note}>{waiting}</p>}
    </div>
  );
}

/** "Wanda-SP waits until it can be planned." */
function wantedWords({ method }: WantedPin): string {
  return `${methodLabel(method)} waits until it can be planned: for the reasoning, and for what the method needs of the model.`;
}

function Against({
  pinned,
  chosen,
}: {
  readonly pinned: readonly ComparedSide[];
  readonly chosen: ComparedSide | null;
}) {
  const { pins } = useActions();
  return (
    <label className={controls.labelled}>
      <span className={texts.note}>Words and field against</span>
      <select
        className={controls.select}
        value={chosen?.id ?? ""}
        onChange={(event) => pins.showAgainst(Number(event.currentTarget.value))}
      >
        {pinned.map(({ id, name }) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
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
