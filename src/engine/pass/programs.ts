/**
 * The compiled graphs of one model, each compiled at its first use and known by the function that builds it and the
 * options it was built with. So an option that changes a graph can never be left out of a key.
 */
import type { Graph, GraphFunction } from "../../graph/graph.ts";
import type { Backend, Feeds, Program } from "../../runtime/backend.ts";

export interface Programs {
  /**
   * The program of `graph(options)`. A failed compilation is forgotten, so that the next use tries again.
   *
   * @throws PivotscopeError what `Backend.compile` throws.
   */
  get<Options extends object>(graph: GraphFunction<Options>, options: NoInfer<Options>): Promise<Program>;
  /**
   * The same with some of the graph's inputs held by the program instead of fed, as `constantsOf` chooses them when it is
   * compiled. Only for backends that copy feeds.
   */
  getHolding<Options extends object>(
    graph: GraphFunction<Options>,
    options: NoInfer<Options>,
    constantsOf: (graph: Graph) => Feeds,
  ): Promise<Program>;
  /** Whether any program of `graph` is compiled or being compiled. */
  holds(graph: Builder): boolean;
  /** Gives the memory of all programs of `graph` back, or of all graphs; the next use compiles them again. */
  discard(graph?: Builder): Promise<void>;
}

/** A graph function whose options do not matter. */
type Builder = GraphFunction<never>;

/** Options that mean the same have the same text: names in order, what is undefined left out. */
export function optionsKey(options: object): string {
  return JSON.stringify(options, (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)))
      : value,
  );
}

/** An empty cache of programs on `backend`. */
export function createPrograms(backend: Pick<Backend, "compile" | "discard">): Programs {
  const compiled = new Map<Builder, Map<string, Promise<Program>>>();

  function find(builder: Builder, options: object, compile: () => Promise<Program>): Promise<Program> {
    const own = compiled.get(builder) ?? new Map<string, Promise<Program>>();
    compiled.set(builder, own);
    const key = optionsKey(options);
    const known = own.get(key);
    if (known) return known;
    const program = compile();
    own.set(key, program);
    program.catch(() => own.delete(key));
    return program;
  }

  return {
    get: (graph, options) => find(graph, options, () => backend.compile(graph(options))),
    getHolding: (graph, options, constantsOf) =>
      find(graph, options, () => {
        const built = graph(options);
        return backend.compile(built, constantsOf(built));
      }),
    holds: (graph) => (compiled.get(graph)?.size ?? 0) > 0,
    async discard(graph) {
      const chosen = graph ? [graph] : [...compiled.keys()];
      for (const builder of chosen) {
        const programs = [...(compiled.get(builder)?.values() ?? [])];
        compiled.delete(builder);
        for (const program of programs) {
          const done = await program.catch(() => null);
          if (done) await backend.discard(done);
        }
      }
    },
  };
}
