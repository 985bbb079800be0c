/** How far an export is, and what it left. */
import { formatBytes } from "../../core/format-bytes.ts";
import { plural } from "../../core/words.ts";
import type { ExportProgress } from "../../engine/contract.ts";
import type { Exported } from "../../state/slices/exporting/exporting-state.ts";
import { Progress } from "../Progress.tsx";
import texts from "../shared/text.module.css";
import { FORMATS, planWords } from "./export-words.ts";

export function ExportProgressBar({ progress }: { readonly progress: ExportProgress | null }) {
  const { stage = "reading", done = 0, total = 0, item = "" } = progress ?? {};
  const amount = total > 0 ? `${formatBytes(done)} of ${formatBytes(total)}` : formatBytes(done);
  const text = progress === null ? "Starting" : `${stage === "reading" ? "Reading" : "Writing"} ${item}: ${amount}`;
  return <Progress label="Export" fraction={total > 0 ? done / total : null} text={text} />;
}

export function ExportResult({ outcome }: { readonly outcome: Exported }) {
  const title = FORMATS.find(({ name }) => name === outcome.format)?.title ?? outcome.format;
  return (
    <div role="status">
      <p className={texts.noteStrong}>
        {outcome.fileName}: {formatBytes(outcome.bytes)}, {plural(outcome.files.length, "file")} for {title}.
      </p>
      <p className={texts.note}>{planWords(outcome.of)}. Its README says how to load it.</p>
    </div>
  );
}
