/** A button that opens what belongs to it right under it: the browser's own popover, which closes on Escape or a press elsewhere. */
import { type ReactNode, type ToggleEvent, useId, useRef } from "react";
import controls from "../shared/controls.module.css";
import styles from "./Menu.module.css";

export interface MenuProps {
  /** What is read out for the button. */
  readonly name: string;
  /** What stands on the button. */
  readonly face: ReactNode;
  readonly title?: string;
  /** A button that looks like text. */
  readonly quiet?: boolean;
  readonly className?: string | undefined;
  readonly children: ReactNode;
  onOpen?(): void;
}

/** Room between the button and what it opens, and to the window's edges, CSS pixels. */
const GAP = 6;

export function Menu({ name, face, title, quiet = false, className, children, onOpen }: MenuProps) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const place = ({ newState, currentTarget }: ToggleEvent<HTMLFieldSetElement>) => {
    if (newState !== "open" || !button.current) return;
    onOpen?.();
    const { left, right, bottom } = button.current.getBoundingClientRect();
    const { style } = currentTarget;
    const { clientWidth } = document.documentElement;
    // Under the button, and from its outer edge inwards, however wide it becomes.
    const onRight = left > clientWidth / 2;
    style.setProperty("--menu-left", onRight ? "auto" : `${Math.max(GAP, left)}px`);
    style.setProperty("--menu-right", onRight ? `${Math.max(GAP, clientWidth - right)}px` : "auto");
    style.setProperty("--menu-top", `${bottom + GAP}px`);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className={[quiet ? controls.buttonQuiet : controls.button, className].filter(Boolean).join(" ")}
        popoverTarget={id}
        aria-label={name}
        title={title}
      >
        {face}
      </button>
      <fieldset id={id} className={styles.menu} popover="auto" aria-label={name} onToggle={place}>
        {children}
      </fieldset>
    </>
  );
}

export interface MenuItemProps {
  readonly children: ReactNode;
  readonly disabled?: boolean;
  readonly title?: string;
  onPress(): void;
}

/** Does something and closes the menu that it stands in. */
export function MenuItem({ children, disabled = false, title, onPress }: MenuItemProps) {
  return (
    <button
      type="button"
      className={styles.item}
      disabled={disabled}
      title={title}
      onClick={(event) => {
        event.currentTarget.closest<HTMLElement>("[popover]")?.hidePopover();
        onPress();
      }}
    >
      {children}
    </button>
  );
}
