/** What the colours and lines of the retention chart mean. */

import { memo } from "react";
import key from "../plot/key.module.css";
import { TowerKey } from "../plot/TowerKey.tsx";
import styles from "./RetentionKey.module.css";

export interface RetentionKeyProps {
  /** Name of the second plan. */
  readonly second: string | null;
}

export const RetentionKey = memo(function RetentionKey({ second }: RetentionKeyProps) {
  return (
    <ul className={key.chartKey}>
      <TowerKey />
      <li>
        <i className={`${key.swatch} ${styles.swatchGroupKept}`} />
        attention group kept
      </li>
      <li>
        <i className={`${key.swatch} ${styles.swatchGroupGone}`} />
        gone
      </li>
      {second && (
        <li>
          <i className={`${key.swatch} ${styles.swatchSecond}`} />
          {second}, neurons kept
        </li>
      )}
    </ul>
  );
});
