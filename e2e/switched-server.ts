/** A way to the page's server that a test can cut: as if the network went away, for page and workers alike. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

export interface SwitchedServer {
  readonly url: string;
  /** Refuses connections and breaks those that are open. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** @param address of the server behind it, without a path. */
export async function startSwitchedServer(address: string): Promise<SwitchedServer> {
  const target = new URL(address);
  const sockets = new Set<Socket>();
  const join = (socket: Socket) => {
    const behind = connect(Number(target.port), target.hostname);
    for (const end of [socket, behind]) {
      sockets.add(end);
      // Whatever ends one of both ends the other one.
      end.on("error", () => undefined);
      end.on("close", () => {
        sockets.delete(end);
        socket.destroy();
        behind.destroy();
      });
    }
    socket.pipe(behind).pipe(socket);
  };
  let port = 0;
  let server: Server | null = null;
  const mend = async () => {
    server = createServer(join).listen(port, "127.0.0.1");
    await once(server, "listening");
    port = (server.address() as AddressInfo).port;
  };
  const cut = async () => {
    if (server === null) return;
    const closed = once(server, "close");
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
    server = null;
  };
  await mend();
  return { url: `http://127.0.0.1:${port}`, cut, mend, close: cut };
}
