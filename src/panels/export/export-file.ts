/** The file that an export goes to: chosen beforehand where browsers let people, saved as a download elsewhere. */
import type { Exported } from "../../state/slices/exporting/exporting-state.ts";

/** What lib.dom lacks: Chromium's dialog for a place to save to (File System Access). */
interface SavePicker {
  showSaveFilePicker?(options: {
    readonly suggestedName: string;
    readonly types: readonly { readonly description: string; readonly accept: Record<string, readonly string[]> }[];
  }): Promise<FileSystemFileHandle>;
}

/**
 * Asks where to; null where the browser has no such dialog, or does not show it here. To be called from a press of a button.
 */
export async function chooseFile(fileName: string): Promise<FileSystemFileHandle | null | "called-off"> {
  const picker: SavePicker = globalThis as SavePicker;
  if (!picker.showSaveFilePicker) return null;
  try {
    return await picker.showSaveFilePicker({
      suggestedName: fileName,
      types: [{ description: "Zip file", accept: { "application/zip": [".zip"] } }],
    });
  } catch (error) {
    if (error instanceof Error && error.name === "AbortError") return "called-off";
    // In frames of other origins, and where somebody has forbidden it.
    return null;
  }
}

let last: { readonly outcome: Exported; readonly url: string } | null = null;

/** Saves an export that the worker kept, as downloads are. */
export function saveAsDownload(outcome: Exported | null): void {
  if (!outcome?.file) return;
  if (last?.outcome !== outcome) {
    // A browser may still be copying the one before; it holds on to what it has begun.
    if (last) URL.revokeObjectURL(last.url);
    last = { outcome, url: URL.createObjectURL(outcome.file) };
  }
  const link = document.createElement("a");
  link.href = last.url;
  link.download = outcome.fileName;
  link.click();
}
