/** On a phone the words stand beside the thumb that drags; other screens do not load them twice. */
import { useSyncExternalStore } from "react";
import { PartPanel } from "./PartPanel.tsx";
import styles from "./ThumbBar.module.css";
import { createPartStore } from "./use-part.ts";

const words = createPartStore(() => import("./ThumbWords.tsx"));

const phone = typeof matchMedia === "function" ? matchMedia("(width < 720px)") : null;
const subscribe = (listener: () => void) => {
  phone?.addEventListener("change", listener);
  return () => phone?.removeEventListener("change", listener);
};

export function ThumbBar() {
  const narrow = useSyncExternalStore(subscribe, () => phone?.matches ?? false);
  return narrow ? (
    <div className={styles.place}>
      <PartPanel store={words} name="The words" />
    </div>
  ) : null;
}
