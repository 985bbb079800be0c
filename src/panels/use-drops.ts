/**
 * What is dropped anywhere on the page: a checkpoint folder, statistics, a plan or a session are opened, a picture is asked about.
 * Without this a browser would leave the page for the file that was dropped beside the picture.
 */

import { useEffect } from "react";
import { onDemand } from "../core/on-demand.ts";
import { useActions } from "./use-workbench.ts";

const loadFileReader = onDemand(() => import("../state/slices/files/read-file.ts"));
const loadReader = onDemand(() => import("./open-model/dropped-files.ts"));

export function useDrops(): void {
  const { opening, input, files: ownFiles } = useActions();
  useEffect(() => {
    const onDragOver = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    };
    const open = async (files: readonly File[]) => {
      // Under a dialog nobody would see what came of it.
      if (document.querySelector("dialog[open]") === null) await ownFiles.open(files);
    };
    // Before the picture's own handler, which then finds the event taken.
    const onDropFirst = (event: DragEvent) => {
      // Entries and files can be had only while the event is handled.
      const entries = [...(event.dataTransfer?.items ?? [])].flatMap((item) => item.webkitGetAsEntry?.() ?? []);
      const files = [...(event.dataTransfer?.files ?? [])];
      const whole = entries.some((entry) => entry.isDirectory);
      if (!whole && !files.some(isOfCheckpoint) && !files.some(isOurs)) return;
      event.preventDefault();
      const read = async () => {
        if (entries.length === 0) return new Map(files.map((file) => [file.name, file]));
        return (await loadReader()).filesOfEntries(entries);
      };
      const choose = () => read().then(opening.chooseFiles, opening.refuse);
      if (whole || files.some(({ name }) => name === "config.json")) void choose();
      else if (files.every(isOurs)) void open(files);
      else {
        const statistics = loadFileReader().then(({ holdsStatistics }) =>
          Promise.all(files.map(async (file) => isOurs(file) || (await holdsStatistics(file)))),
        );
        statistics.then((ours) => (ours.every(Boolean) ? open(files) : choose()), opening.refuse);
      }
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
  }, [opening, input, ownFiles]);
}

function isOfCheckpoint({ name }: File): boolean {
  return name === "config.json" || name.endsWith(".safetensors");
}

function isOurs({ name }: File): boolean {
  return /\.(json|zip)$/.test(name);
}
