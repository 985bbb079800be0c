/** Hands a file to the browser's download. */

/** Signs that some system does not have in names are replaced. */
export function download(name: string, content: Blob | string, type = "text/plain;charset=utf-8"): void {
  const blob = typeof content === "string" ? new Blob([content], { type }) : content;
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name.replaceAll(/[^\w.µ-]+/g, "-");
  link.click();
  URL.revokeObjectURL(url);
}
