/**
 * Where a checkpoint folder lies: an address of a folder (bundled or hosted), files that the user gave, or a repository
 * of a hub, whose files are kept in this browser.
 */
export type ModelSource =
  | { readonly kind: "address"; readonly name: string; readonly url: string }
  | { readonly kind: "files"; readonly name: string; readonly files: ReadonlyMap<string, Blob> }
  | {
      readonly kind: "hub";
      /** What the page calls it, usually the repository's id. */
      readonly name: string;
      /** "owner/name". */
      readonly repository: string;
      /** Folder of the repository that holds the checkpoint, for example "checkpoint-500"; absent for its root. */
      readonly folder?: string;
      /** Branch, tag or commit; null for "main". */
      readonly revision: string | null;
      /** Address of the hub, https://huggingface.co when null. */
      readonly hubUrl: string | null;
      /** Access token for gated repositories; never stored. */
      readonly accessToken?: string | null;
    };
