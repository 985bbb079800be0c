/** Saves a chart as a picture or its numbers; what does it comes with the first press. */
import { type ComponentType, useId, useRef, useState } from "react";
import { messageOf } from "../../core/errors.ts";
import { onDemand } from "../../core/on-demand.ts";
import type { SaveMenuProps } from "../save/SaveMenu.tsx";
import buttons from "./action.module.css";

const load = onDemand(() => import("../save/SaveMenu.tsx"));

export function SaveButton({ chart, onPicture }: Pick<SaveMenuProps, "chart" | "onPicture">) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [Menu, setMenu] = useState<ComponentType<SaveMenuProps> | null>(null);
  const [failure, setFailure] = useState("");
  const open = () =>
    load().then(
      ({ SaveMenu }) => {
        setFailure("");
        setMenu(() => SaveMenu);
      },
      (error: unknown) => setFailure(messageOf(error)),
    );
  return (
    <>
      {failure && <span role="alert">{failure}</span>}
      <button
        ref={button}
        type="button"
        className={buttons.chartAction}
        title={`Save ${chart.title} as picture or table`}
        aria-haspopup="dialog"
        // The browser's own closing, so that one press on the button does not close and open it again.
        popoverTarget={Menu ? id : undefined}
        onClick={(event) => {
          if (Menu) return;
          // The menu may be there before the press has ended, which would then close it.
          event.preventDefault();
          void open();
        }}
      >
        save
      </button>
      {Menu && <Menu id={id} chart={chart} button={button} onPicture={onPicture} onClose={() => setMenu(null)} />}
    </>
  );
}
