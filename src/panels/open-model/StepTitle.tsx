/** What is being opened, and from which host where that is not the usual one. */
import type { ModelSource } from "../../models/model-source.ts";
import { strangeHost } from "../../models/source-host.ts";
import texts from "../shared/text.module.css";
import steps from "./steps.module.css";

export interface StepTitleProps {
  readonly name: string;
  readonly source: ModelSource;
}

export function StepTitle({ name, source }: StepTitleProps) {
  const host = strangeHost(source, location.origin);
  return (
    <h3 className={`${steps.title} ${steps.modelName}`} data-step-title tabIndex={-1}>
      {name} {host && <span className={texts.note}>from {host}</span>}
    </h3>
  );
}
