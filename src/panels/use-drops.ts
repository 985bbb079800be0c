/**
 * What is dropped anywhere on the page: a checkpoint folder is opened, a picture is asked about. Without this a browser
 * would leave the page for the file that was dropped beside the picture.
 */

import { useEffect } from "react";
import { onDemand } from "../core/on-demand.ts";
import { useActions } from "./use-workbench.ts";

const loadReader = onDemand(() => import("./open-model/dropped-files.ts"));

export function useDrops(): void {
  const { opening, input } = useActions();
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    // Before the picture's own handler, which then finds the event taken.
    const onDropFirst = (event: DragEvent) => {
      // Entries and files can be had only while the event is handled.
      const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (!entries.some((entry) => entry.isDirectory) && !files.some(isOfCheckpoint)) return;
      event.preventDefault();
      const read = async () => {
        if (entries.length === 0) return new Map(files.map((file) => [file.name, file]));
        return (await loadReader()).filesOfEntries(entries);
      };
      read().then(opening.chooseFiles, opening.refuse);
    };
    const onDrop = (event: DragEvent) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (event.defaultPrevented || files.length === 0) return;
      event.preventDefault();
      const picture = files.find(({ type }) => type.startsWith("image/")) ?? files[0];
      const modal = document.querySelector("dialog[open]") !== null;
      if (picture && !modal) void input.choosePicture(picture, picture.name);
    };
    document.addEventListener("dragover", onDragOver);
    document.addEventListener("drop", onDropFirst, true);
    document.addEventListener("drop", onDrop);
    return () => {
      document.removeEventListener("dragover", onDragOver);
      document.removeEventListener("drop", onDropFirst, true);
      document.removeEventListener("drop", onDrop);
    };
  }, [opening, input]);
}

function isOfCheckpoint({ name }: File): boolean {
  return name === "config.json" || name.endsWith(".safetensors");
}
