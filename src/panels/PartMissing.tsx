/** Stands where a part of the page should: why it could not be fetched, and the buttons that fetch it. */
import { type ReactNode, useState } from "react";
import type { Failure } from "../state/failure.ts";
import { Alert } from "./Alert.tsx";
import controls from "./shared/controls.module.css";

export interface PartMissingProps {
  /** What is missing: "Curves". */
  readonly name: string;
  readonly failure: Failure;
  readonly onRetry: () => Promise<void>;
  /** Further buttons. */
  readonly children?: ReactNode;
}

export function PartMissing({ name, failure, onRetry, children }: PartMissingProps) {
  const [trying, setTrying] = useState(false);
  const retry = async () => {
    setTrying(true);
    // The button goes with the message; who pressed it goes on in what surrounds it.
    const place = document.activeElement?.parentElement?.closest<HTMLElement>("[tabindex]");
    await onRetry();
    setTrying(false);
    if (document.activeElement === document.body) place?.focus();
  };
  return (
    <Alert failure={{ ...failure, message: `${name}: ${failure.message}` }}>
      <button type="button" className={controls.button} aria-disabled={trying} onClick={() => void retry()}>
        {trying ? "Trying" : "Try again"}
      </button>
      {/* The server has answered: a reload does not end on the browser's own error page. */}
      {failure.code === "other-page" && (
        <button type="button" className={controls.button} onClick={() => location.reload()}>
          Reload the page
        </button>
      )}
      {children}
    </Alert>
  );
}
