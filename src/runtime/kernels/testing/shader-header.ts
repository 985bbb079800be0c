/** What a shader declares, as regular expressions find it: enough for the form that this project's shaders have. Tests only. */

export interface ShaderHeader {
  /** Fields of struct Parameters. */
  readonly parameters: readonly { readonly name: string; readonly type: string }[];
  /** Storage buffers by binding; a second view of one as vectors is left out. */
  readonly buffers: readonly {
    readonly binding: number;
    readonly name: string;
    readonly access: string;
    readonly element: string;
  }[];
  /** Override constants, sorted. */
  readonly overrides: readonly string[];
  /** Entry points, sorted. */
  readonly entryPoints: readonly string[];
}

const BUFFER = /@group\(0\) @binding\((\d+)\) var<storage, (read|read_write)> (\w+): array<(?:vec\d<)?(\w+)>?>;/g;

export function readShaderHeader(text: string): ShaderHeader {
  const code = text.replace(/\/\/.*/g, "");
  const struct = /struct Parameters \{([^}]*)\}/.exec(code)?.[1] ?? "";
  const buffers = [...code.matchAll(BUFFER)].map(([, binding, access = "", name = "", element = ""]) => ({
    binding: Number(binding),
    name,
    access,
    element,
  }));
  return {
    parameters: [...struct.matchAll(/(\w+): (\w+)/g)].map(([, name = "", type = ""]) => ({ name, type })),
    buffers: buffers.filter(({ binding }, index) => buffers.findIndex((one) => one.binding === binding) === index),
    overrides: [...code.matchAll(/\boverride (\w+)/g)].map(([, name = ""]) => name).sort(),
    entryPoints: [...code.matchAll(/@compute[^;{]*?\bfn (\w+)/g)].map(([, name = ""]) => name).sort(),
  };
}
