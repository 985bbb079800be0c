/** What a chart can be saved as, under its button: the browser's popover, which closes on Escape or a press elsewhere. */
import { type RefObject, type ToggleEvent, useLayoutEffect, useRef, useState } from "react";
import { messageOf } from "../../core/errors.ts";
import styles from "./SaveMenu.module.css";
import { type ChartFormat, type SavedChart, saveChart } from "./save-chart.ts";

const FORMATS: readonly { readonly format: ChartFormat; readonly face: string; readonly use: string }[] = [
  { format: "png", face: "PNG", use: "picture for slides" },
  { format: "svg", face: "SVG", use: "drawing for papers" },
  { format: "csv", face: "CSV", use: "the numbers in full" },
];

/** Room between the button and the menu, and to the window's edges, CSS pixels. */
const GAP = 4;

export interface SaveMenuProps {
  readonly id: string;
  readonly chart: SavedChart;
  readonly button: RefObject<HTMLButtonElement | null>;
  /** Shows the chart where its table stands. */
  readonly onPicture: () => void;
  readonly onClose: () => void;
}

export function SaveMenu({ id, chart, button, onPicture, onClose }: SaveMenuProps) {
  const ref = useRef<HTMLFieldSetElement>(null);
  const [failure, setFailure] = useState<string | null>(null);
  useLayoutEffect(() => {
    const { current: menu } = ref;
    const place = button.current?.getBoundingClientRect();
    if (!menu || !place) return;
    menu.showPopover();
    const { clientWidth, clientHeight } = document.documentElement;
    const below = place.bottom + GAP + menu.offsetHeight <= clientHeight;
    menu.style.right = `${Math.max(GAP, clientWidth - place.right)}px`;
    menu.style.top = `${below ? place.bottom + GAP : Math.max(GAP, place.top - GAP - menu.offsetHeight)}px`;
    menu.querySelector("button")?.focus();
  }, [button]);

  const save = async (format: ChartFormat) => {
    try {
      if (format !== "csv") {
        onPicture();
        // Laid out anew where it was a table.
        await nextFrame();
        await nextFrame();
      }
      const section = button.current?.closest("section");
      if (section) await saveChart(chart, section, format);
      ref.current?.hidePopover();
    } catch (error) {
      setFailure(messageOf(error));
    }
  };

  return (
    <fieldset
      ref={ref}
      id={id}
      popover="auto"
      className={styles.menu}
      aria-label={`Save ${chart.title} as`}
      onToggle={(event: ToggleEvent<HTMLFieldSetElement>) => event.newState === "closed" && onClose()}
    >
      {FORMATS.map(({ format, face, use }) => (
        <button key={format} type="button" className={styles.item} onClick={() => void save(format)}>
          {face} <span className={styles.use}>{use}</span>
        </button>
      ))}
      {failure && (
        <p role="alert" className={styles.failure}>
          {failure}
        </p>
      )}
    </fieldset>
  );
}

function nextFrame(): Promise<number> {
  return new Promise(requestAnimationFrame);
}
