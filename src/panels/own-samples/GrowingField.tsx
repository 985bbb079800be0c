/** A field of text that is as high as what stands in it: a phone shows whole questions. */
import type { TextareaHTMLAttributes } from "react";
import styles from "./field.module.css";

export type GrowingFieldProps = Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className" | "rows"> & {
  readonly value: string;
};

export function GrowingField(props: GrowingFieldProps) {
  return (
    <span className={styles.grow} data-text={props.value}>
      <textarea {...props} rows={1} className={styles.field} />
    </span>
  );
}
