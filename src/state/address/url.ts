/**
 * What a link carries, as a typed list of fields in the address's hash: `#example=3&ratio=38&question=…`.
 *
 * Unknown fields are left out, unreadable values count as absent, so an old or mistyped link still opens the page, which
 * says what it left out (link-notes.ts).
 */

/** A link as it stands in the address, for what is said of it. */
export interface Link {
  /** With or without the leading `#`. */
  readonly hash: string;
  /** The query, with or without the leading `?`. */
  readonly search: string;
}

export interface SharedState {
  /** A bundled model's name, "owner/name@revision" on a hub, or the address of a folder. */
  readonly model: string | null;
  readonly example: string | null;
  /** What this browser keeps the own picture under; others have nothing under it. */
  readonly picture: string | null;
  /** A scene as `encodeScene` writes it; then there is no example. */
  readonly scene: string | null;
  /** Always with a scene; with an example only when it is not the example's own question. */
  readonly question: string | null;
  /** 0..1 */
  readonly ratio: number | null;
  readonly method: string | null;
  /** What this browser keeps the plan of a file under; others have nothing under it. */
  readonly plan: string | null;
  /** What it is compared with: methods on the same model and picture; null for the link's own ratio. */
  readonly pins: readonly { readonly method: string; readonly ratio: number | null }[];
  /** The tab that lies open under the workbench. */
  readonly tab: string | null;
  /** What curves, ablations and windows show, when it is not the first choice. */
  readonly metric: string | null;
  readonly backend: "cpu" | "webgpu" | null;
  readonly precision: "float32" | "float16" | null;
  /** Cut pictures into frames, where the model can. */
  readonly split: boolean;
  /** Image tokens of a picture at most, where the model lets them be chosen; null for its own. */
  readonly tokens: number | null;
  /** Address of the hub that models come from; only the query carries it, so that it stays beside every hash. */
  readonly hub: string | null;
  /** Calibration samples, when not all. */
  readonly samples: number | null;
  /** Constants that differ from the model's starting values: name → JSON of the value. */
  readonly parameters: Readonly<Record<string, string>>;
}

export const EMPTY_SHARED_STATE: SharedState = {
  model: null,
  example: null,
  picture: null,
  scene: null,
  question: null,
  ratio: null,
  method: null,
  plan: null,
  pins: [],
  tab: null,
  metric: null,
  backend: null,
  precision: null,
  split: false,
  tokens: null,
  hub: null,
  samples: null,
  parameters: {},
};

export const PARAMETER_PREFIX = "set.";

/** The hash for a link, without the leading `#`. */
export function encodeSharedState(state: SharedState): string {
  const fields = new URLSearchParams();
  const add = (name: string, value: string | null) => {
    if (value !== null && value !== "") fields.append(name, value);
  };
  add("model", state.model);
  add("example", state.example);
  add("picture", state.picture);
  add("scene", state.scene);
  add("question", state.question);
  add("ratio", state.ratio === null ? null : String(Number((state.ratio * 100).toFixed(1))));
  add("method", state.method);
  add("plan", state.plan);
  add("pin", state.pins.map(pinText).join(" "));
  add("tab", state.tab);
  add("metric", state.metric);
  add("backend", state.backend);
  add("precision", state.precision);
  add("split", state.split ? "1" : null);
  add("tokens", state.tokens === null ? null : String(state.tokens));
  add("samples", state.samples === null ? null : String(state.samples));
  for (const [name, value] of Object.entries(state.parameters).sort(([a], [b]) => (a < b ? -1 : 1))) {
    add(PARAMETER_PREFIX + name, value);
  }
  return fields.toString();
}

/** Reads a hash, with or without the leading `#`. `search` may carry backend, precision and hub: `?backend=cpu`. */
export function decodeSharedState(hash: string, search = ""): SharedState {
  const fields = new URLSearchParams(hash.replace(/^#/, ""));
  const query = new URLSearchParams(search);
  const text = (name: string) => fields.get(name) || null;
  const backend = text("backend") ?? query.get("backend");
  const precision = text("precision") ?? query.get("precision");
  const parameters: Record<string, string> = {};
  for (const [name, value] of fields) {
    const parameter = name.startsWith(PARAMETER_PREFIX) ? name.slice(PARAMETER_PREFIX.length) : "";
    if (parameter !== "" && value !== "") parameters[parameter] = value;
  }
  const percent = numberIn(text("ratio"), 0, 100);
  const samples = numberIn(text("samples"), 1, 1e6);
  const tokens = numberIn(text("tokens"), 1, 1e6);
  const second = text("with");
  const older = second === null ? [] : [{ method: second, ratio: null }];
  return {
    model: text("model"),
    example: text("example"),
    picture: text("picture"),
    scene: text("scene"),
    question: text("question"),
    ratio: percent === null ? null : percent / 100,
    method: text("method"),
    plan: text("plan"),
    pins: [...older, ...pinsOf(text("pin") ?? "")],
    // "with" once drew a second method over the first; what it compares stands in the tab.
    tab: text("tab") ?? (older.length > 0 ? "compare" : null),
    metric: text("metric"),
    backend: backend === "cpu" || backend === "webgpu" ? backend : null,
    precision: precision === "float32" || precision === "float16" ? precision : null,
    split: text("split") === "1",
    tokens: tokens === null ? null : Math.round(tokens),
    hub: hubAddress(query.get("hub")),
    samples: samples === null ? null : Math.round(samples),
    parameters,
  };
}

/** "wanda-sp_57.3". */
function pinText({ method, ratio }: SharedState["pins"][number]): string {
  return ratio === null ? method : `${method}_${Number((100 * ratio).toFixed(4))}`;
}

/** Pins as `pinText` writes them, with spaces between; what cannot be read is left out. */
export function pinsOf(text: string): SharedState["pins"] {
  return text.split(" ").flatMap((pin) => {
    const [method = "", percent] = pin.split("_");
    const ratio = percent === undefined ? null : numberIn(percent, 0, 100);
    return method === "" || (percent !== undefined && ratio === null) ? [] : [{ method, ratio: ratio && ratio / 100 }];
  });
}

/** An http(s) address without its closing slash; null for anything else. */
function hubAddress(text: string | null): string | null {
  if (text === null || !URL.canParse(text)) return null;
  const { protocol, origin, pathname, username } = new URL(text);
  return /^https?:$/.test(protocol) && username === "" ? `${origin}${pathname}`.replace(/\/+$/, "") : null;
}

function numberIn(text: string | null, minimum: number, maximum: number): number | null {
  const value = text === null || text.trim() === "" ? Number.NaN : Number(text);
  return value >= minimum && value <= maximum ? value : null;
}
