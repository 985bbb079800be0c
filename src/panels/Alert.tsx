/** A failure beside the thing that failed: what was found, the next step, and a button for it where there is one. */
import type { ReactNode } from "react";
import type { Failure } from "../state/failure.ts";

export interface AlertProps {
  readonly failure: Failure;
  /** Buttons that do the next step. */
  readonly children?: ReactNode;
}

export function Alert({ failure, children }: AlertProps) {
  return (
    <div className="alert" role="alert">
      <p className="alert-message">{failure.message}</p>
      {failure.hint && <p className="alert-hint">{failure.hint}</p>}
      {children && <div className="alert-actions">{children}</div>}
    </div>
  );
}
