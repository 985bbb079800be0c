/** Which folders of native parts are for other platforms, by their names. */

interface Platform {
  readonly platform: string;
  readonly arch: string;
}

/**
 * Folders, named "linux/x64" or "darwin-universal", that are none of this platform's; none of them where no folder is this
 * platform's, since the package then lays its parts out in another way than is known here.
 */
export function strangers(folders: readonly string[], { platform, arch }: Platform): string[] {
  const isOurs = (folder: string) => {
    const [system, processor] = folder.split(/[-/]/);
    return system === platform && (processor === arch || processor === "universal");
  };
  return folders.some(isOurs) ? folders.filter((folder) => !isOurs(folder)) : [];
}
