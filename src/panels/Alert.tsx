/** A failure beside the thing that failed: what was found, the next step, and a button for it where there is one. */
import type { ReactNode } from "react";
import type { Failure } from "../state/failure.ts";
import styles from "./Alert.module.css";

export interface AlertProps {
  readonly failure: Failure;
  /** Buttons that do the next step. */
  readonly children?: ReactNode;
}

export function Alert({ failure, children }: AlertProps) {
  return (
    <div className={styles.alert} role="alert">
      <p className={styles.message}>{failure.message}</p>
      {failure.hint && <p className={styles.hint}>{failure.hint}</p>}
      {children && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
