/** What lies under the words: how far each token moved, and what the judge says of every statement. */
import { PanelBoundary } from "../PanelBoundary.tsx";
import { PartPanel } from "../PartPanel.tsx";
import { createPartStore } from "../use-part.ts";
import styles from "./DetailPanel.module.css";
import { Judge } from "./Judge.tsx";

/** Drawn with the first measurement, which is long after the page: so it is fetched after the page. */
const distribution = createPartStore(() => import("./Distribution.tsx"));

export function DetailPanel() {
  return (
    <>
      <PanelBoundary name="KL divergence">
        <PartPanel store={distribution} name="KL divergence" waiting={<div className={styles.waiting} />} />
      </PanelBoundary>
      <PanelBoundary name="The judge">
        <Judge />
      </PanelBoundary>
    </>
  );
}
